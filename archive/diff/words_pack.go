//go:build ignore

// This program packs the words of a dictionary in jieba's format, lines of
// "word count tag", into words.bin:
//
//	go run words_pack.go DICTIONARY
//
// Kept are words of one to four characters of U+4E00 to U+9FFF that the
// dictionary counts 20 times or more. See words.go for the format.
package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	longest = 4
	rarest  = 20
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run words_pack.go DICTIONARY")
		os.Exit(2)
	}
	if err := pack(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func pack(dictionary string) error {
	f, err := os.Open(dictionary)
	if err != nil {
		return err
	}
	defer f.Close()
	total := 0
	counts, kinds := map[string]int{}, map[string]byte{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var word, tag string
		var n int
		if got, _ := fmt.Sscan(lines.Text(), &word, &n, &tag); got < 2 {
			continue
		}
		total += n
		if n < rarest || utf8.RuneCountInString(word) > longest || strings.ContainsFunc(word, func(r rune) bool { return r < 0x4e00 || r > 0x9fff }) {
			continue
		}
		counts[word], kinds[word] = n, kind(tag)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	var sections [longest][]string
	for word, n := range counts {
		entry := make([]byte, 0, 2*longest+1)
		for _, r := range word {
			entry = append(entry, byte(r>>8), byte(r))
		}
		// How rare the word is, in quarters of a bit.
		cost := math.Round(4 * math.Log2(float64(total)/float64(n)))
		entry = append(entry, kinds[word]|byte(min(cost, 0x7f)))
		i := utf8.RuneCountInString(word) - 1
		sections[i] = append(sections[i], string(entry))
	}
	var out []byte
	for _, s := range sections {
		out = append(out, byte(len(s)>>16), byte(len(s)>>8), byte(len(s)))
	}
	for _, s := range sections {
		slices.Sort(s)
		out = append(out, strings.Join(s, "")...)
	}
	return os.WriteFile("words.bin", out, 0o644)
}

// kind is 0x80 for what names a place or an office. The tag of persons is not
// to be relied on: 明白 and 文明 have it.
func kind(tag string) byte {
	switch tag {
	case "ns", "nt":
		return 0x80
	}
	return 0
}
