package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"fangzhi/archive"
)

// The words of a page are held against its text by a sum over (term, page, column,
// offset), in whatever order: the index gives them by term, the texts by page.

// wordSums is how many sums there are, that memory does not grow with the archive:
// of so many pages each has its own, of more some share one.
const wordSums = 1 << 20

// longestTerm is how much of a word FTS5 indexes (FTS5_MAX_TOKEN_SIZE).
const longestTerm = 32768

// errWords tells that the index of words itself cannot be read.
var errWords = errors.New("the index of words for search cannot be read to the end")

type wordCheck struct {
	part, parts int
	sums        []uint64
	behind      []bool // a page with this sum has a version that is not indexed yet
}

// checkWords adds a line where the words that Search goes by are not those of the
// latest versions: of one part of so many of them, all where parts is 0.
func (s *Store) checkWords(ctx context.Context, conn *sql.Conn, part, parts int, faults []string) ([]string, error) {
	if _, err := conn.ExecContext(ctx, `CREATE VIRTUAL TABLE temp.instances USING fts5vocab(main, words, instance)`); err != nil {
		return faults, err
	}
	// One transaction: words and texts at one moment.
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return faults, err
	}
	defer tx.Rollback()
	c := wordCheck{part: part, parts: parts, sums: make([]uint64, wordSums), behind: make([]bool, wordSums)}
	if err := c.texts(ctx, tx); err != nil {
		return faults, err
	}
	if err := c.indexed(ctx, conn, tx); err != nil {
		if errors.Is(s.explain(err), archive.ErrCorrupt) {
			return append(faults, fmt.Sprintf("%v: %v", errWords, err)), nil
		}
		return faults, err
	}
	return s.otherWords(ctx, tx, &c, faults)
}

// texts adds up the words of the latest versions.
func (c *wordCheck) texts(ctx context.Context, tx *sql.Tx) error {
	var upto int64
	if err := tx.QueryRowContext(ctx, wordsProgress).Scan(&upto); err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, unindexed, 0)
	if err != nil {
		return err
	}
	defer rows.Close()
	var l leaf
	var terms []byte
	for rows.Next() {
		if err := rows.Scan(leafFields(&l)...); err != nil {
			return err
		}
		if l.id > upto {
			c.behind[uint64(l.page)%wordSums] = true
			continue
		}
		title, body := l.readable()
		terms = appendTerms(terms[:0], title)
		n := len(terms)
		terms = appendTerms(terms, body)
		c.add(l.page, 1, string(terms[:n]))
		c.add(l.page, 0, string(terms[n:]))
	}
	return rows.Err()
}

// add takes the terms of a text, the title's in column 1, each with a space after it, from what the index
// has to hold.
func (c *wordCheck) add(page, column int64, terms string) {
	offset := int64(0)
	for term := range strings.SplitSeq(strings.TrimSuffix(terms, " "), " ") {
		if term == "" {
			return // no terms
		}
		term = term[:min(len(term), longestTerm)]
		if c.wants(beginning(term)) {
			c.sums[uint64(page)%wordSums] -= instance(hashed(term), page, 3*offset+column)
		}
		offset++
	}
}

// indexed adds what the index holds: that of the terms that begin as those of the
// part do, one beginning after the other.
func (c *wordCheck) indexed(ctx context.Context, conn *sql.Conn, tx *sql.Tx) error {
	if c.parts <= 1 {
		return c.count(ctx, conn, "")
	}
	for from := ""; ; {
		var next string
		err := tx.QueryRowContext(ctx, `SELECT term FROM temp.instances WHERE term >= ? LIMIT 1`, from).Scan(&next)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		begins := beginning(max(next, from))
		from = after(begins)
		if c.wants(begins) {
			err = c.count(ctx, conn, ` WHERE term >= ? AND term < ?`, begins, from)
		}
		if err != nil || from == "" {
			return err
		}
	}
}

// count adds the places of terms in the index. There is one for each character of the
// archive's texts: they are taken from the driver as they are, for what database/sql
// does to a row would be most of a verification.
func (c *wordCheck) count(ctx context.Context, conn *sql.Conn, which string, terms ...string) error {
	args := make([]driver.NamedValue, len(terms))
	for i, t := range terms {
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: t}
	}
	return conn.Raw(func(dc any) error {
		rows, err := dc.(driver.QueryerContext).QueryContext(ctx, `SELECT term, doc, 3 * offset + coalesce(col = 'title', 2) FROM temp.instances`+which, args)
		if err != nil {
			return err
		}
		defer rows.Close()
		var last string
		hash := hashed(last)
		for row := make([]driver.Value, 3); ; {
			if err := rows.Next(row); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			term, _ := row[0].(string)
			page, ok := row[1].(int64)
			place, ok2 := row[2].(int64)
			if !ok || !ok2 {
				return fmt.Errorf("%w: a word %q without a place", archive.ErrCorrupt, term)
			}
			if term != last {
				last, hash = term, hashed(term)
			}
			c.sums[uint64(page)%wordSums] += instance(hash, page, place)
		}
	})
}

// otherWords names the pages whose words are not those of their texts, but for those
// whose version is damaged itself, which is told of that.
func (s *Store) otherWords(ctx context.Context, tx *sql.Tx, c *wordCheck, faults []string) ([]string, error) {
	left := map[uint64]bool{}
	for i, sum := range c.sums {
		if sum != 0 && !c.behind[i] {
			left[uint64(i)] = true
		}
	}
	if len(left) == 0 {
		return faults, nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT s.id, s.page FROM snapshots s WHERE `+latest)
	if err != nil {
		return faults, err
	}
	defer rows.Close()
	wrong, first := 0, ""
	named := map[uint64]bool{}
	for rows.Next() {
		var id, page int64
		if err := rows.Scan(&id, &page); err != nil {
			return faults, err
		}
		sum := uint64(page) % wordSums
		if !left[sum] {
			continue
		}
		named[sum] = true
		found, err := s.snapshots(ctx, []int64{id})
		if err != nil {
			return faults, err
		}
		if len(found) == 1 && found[0].Fault() == "" {
			if wrong++; wrong == 1 {
				first = found[0].URL
			}
		}
	}
	if err := rows.Err(); err != nil {
		return faults, err
	}
	strange := len(left) - len(named)
	switch {
	case wrong > 0:
		faults = append(faults, archive.OtherWords(wrong, first))
	case strange > 0:
		faults = append(faults, fmt.Sprintf("the index for search has words of %d pages that are not there: fangzhi verify --repair makes it anew", strange))
	}
	return faults, nil
}

// wants says whether terms that begin so are of the part.
func (c *wordCheck) wants(begins string) bool {
	return c.parts <= 1 || int(hashed(begins)%uint64(c.parts)) == c.part-1
}

// beginning is the first character of a term.
func beginning(term string) string {
	_, size := utf8.DecodeRuneInString(term)
	return term[:size]
}

// after is what comes after all that begins so, bytewise; "": nothing does.
func after(begins string) string {
	for i := len(begins) - 1; i >= 0; i-- {
		if begins[i] < 0xff {
			return begins[:i] + string([]byte{begins[i] + 1})
		}
	}
	return ""
}

// hashed is FNV-1a.
func hashed(term string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(term) {
		h = (h ^ uint64(term[i])) * 1099511628211
	}
	return h
}

// instance is a number for one place of a term, three times its offset and the column,
// mixed as by SplitMix64, so that the numbers of several can be added up.
func instance(term uint64, page, place int64) uint64 {
	h := term ^ uint64(page)*0x9e3779b97f4a7c15
	h += uint64(place+1) * 0xd1b54a32d192ed03
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
