package extract

import (
	"strings"
	"unicode/utf8"
)

// isToday recognises the line with today's date in a page's header.
func isToday(s string) bool {
	for _, w := range [...]string{"星期", "今天", "今日", "农历", "欢迎", "查看旧版"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// wordBefore tells by the words before a date in languages with Latin, Greek
// or Cyrillic letters what date it is.
func wordBefore(s string) field {
	if len(s) > 48 {
		s = s[len(s)-48:]
		for s != "" && !utf8.RuneStart(s[0]) {
			s = s[1:]
		}
	}
	s = strings.ToLower(s)
	best, kind := -1, fieldNone
	for _, w := range dateWords {
		if at := strings.LastIndex(s, w.word); at > best {
			best, kind = at, w.field
		}
	}
	return kind
}

var dateWords = []label{
	{word: "published", field: fieldPublished}, {word: "posted", field: fieldPublished}, {word: "publication date", field: fieldPublished},
	{word: "date:", field: fieldPublished}, {word: "issued", field: fieldPublished}, {word: "released", field: fieldPublished},
	{word: "updated", field: fieldModified}, {word: "modified", field: fieldModified}, {word: "update:", field: fieldModified},
	{word: "veröffentlicht", field: fieldPublished}, {word: "erschienen", field: fieldPublished}, {word: "datum", field: fieldPublished},
	{word: "erstellt", field: fieldPublished}, {word: "publiziert", field: fieldPublished}, {word: "stand:", field: fieldModified},
	{word: "aktualisiert", field: fieldModified}, {word: "letzte änderung", field: fieldModified}, {word: "geändert", field: fieldModified},
	{word: "publié", field: fieldPublished}, {word: "mis à jour", field: fieldModified}, {word: "modifié", field: fieldModified},
	{word: "publicado", field: fieldPublished}, {word: "fecha", field: fieldPublished}, {word: "actualizado", field: fieldModified},
	{word: "atualizado", field: fieldModified}, {word: "pubblicato", field: fieldPublished}, {word: "aggiornato", field: fieldModified},
	{word: "gepubliceerd", field: fieldPublished}, {word: "geplaatst", field: fieldPublished}, {word: "bijgewerkt", field: fieldModified}, {word: "laatste update", field: fieldModified},
	{word: "opublikowano", field: fieldPublished}, {word: "publikacja", field: fieldPublished}, {word: "aktualizacja", field: fieldModified},
	{word: "publisert", field: fieldPublished}, {word: "publicerad", field: fieldPublished}, {word: "udgivet", field: fieldPublished},
	{word: "oppdatert", field: fieldModified}, {word: "uppdaterad", field: fieldModified}, {word: "opdateret", field: fieldModified},
	{word: "julkaistu", field: fieldPublished}, {word: "päivitetty", field: fieldModified}, {word: "yayın", field: fieldPublished}, {word: "güncelle", field: fieldModified},
	{word: "опубликован", field: fieldPublished}, {word: "дата", field: fieldPublished}, {word: "обновлен", field: fieldModified}, {word: "изменен", field: fieldModified},
	{word: "vydáno", field: fieldPublished}, {word: "publikováno", field: fieldPublished}, {word: "aktualizováno", field: fieldModified},
	{word: "διαβάστηκε", field: fieldNone}, {word: "δημοσίευση", field: fieldPublished}, {word: "diterbitkan", field: fieldPublished}, {word: "dipublikasikan", field: fieldPublished},
	{word: "expires", field: fieldOtherDate}, {word: "valid until", field: fieldOtherDate}, {word: "deadline", field: fieldOtherDate}, {word: "gültig", field: fieldOtherDate},
}
