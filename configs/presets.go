package configs

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"fangzhi/extract"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// DefaultPreset is the preset of a site that names none.
const DefaultPreset = "auto"

// Preset is how to read the portals of one family of software. A site's own
// rules win over its preset's, field by field.
type Preset struct {
	Name     string   // of the file, without its extension
	Title    string   // for people
	Articles []string // patterns of the addresses of articles
	Rules    extract.Rules
}

// AutoPreset returns the preset of portals of which nothing is known.
func AutoPreset() (Preset, error) {
	presets, err := Presets()
	if err != nil {
		return Preset{}, err
	}
	i := slices.IndexFunc(presets, func(p Preset) bool { return p.Name == DefaultPreset })
	if i < 0 {
		return Preset{}, fmt.Errorf("presets: %q is missing", DefaultPreset)
	}
	return presets[i], nil
}

// Presets returns every preset, by name.
func Presets() ([]Preset, error) {
	files, err := presetFiles.ReadDir("presets")
	if err != nil {
		return nil, fmt.Errorf("presets: %w", err)
	}
	var presets []Preset
	for _, f := range files {
		b, err := presetFiles.ReadFile(path.Join("presets", f.Name()))
		if err != nil {
			return nil, fmt.Errorf("presets: %w", err)
		}
		r := newReader(path.Join("presets", f.Name()))
		p := Preset{Name: strings.TrimSuffix(f.Name(), ".yaml")}
		if body := r.parse(b); body != nil {
			fields := r.mapping(r.value(body, ""), "title", "articles", "rules")
			p.Title, _ = r.text(fields["title"])
			p.Articles, _ = r.texts(fields["articles"])
			p.Rules = r.rules(fields["rules"])
		}
		if len(r.problems) > 0 {
			return nil, r.problems
		}
		presets = append(presets, p)
	}
	slices.SortFunc(presets, func(x, y Preset) int { return strings.Compare(x.Name, y.Name) })
	return presets, nil
}
