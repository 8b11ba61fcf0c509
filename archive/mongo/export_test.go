package mongo

// Lower makes s put into files what it would keep in documents: payloads of
// more than inline bytes, articles of more than article bytes of text. Two
// chunks go into a command.
func (s *Store) Lower(inline, article int) {
	s.limits = limits{inline: inline, article: article, chunks: 2}
}

// WordsOf, PhrasesOf, Needs and Count are the parts of a search that need no
// server.
var (
	WordsOf   = wordsOf
	PhrasesOf = phrasesOf
	Needs     = needs
)

// Count is how often a text holds a phrase of PhrasesOf.
func Count(text, phrase string) int { return count(fold(text), phrase) }
