package export_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

// The published schema, the record and its description are one.
func TestSchemaIsTheRecord(t *testing.T) {
	b, err := os.ReadFile("../../docs/record.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]struct {
			Type any
			Enum []archive.State
		}
		Required []string
	}
	if err := json.Unmarshal(b, &schema); err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/export.md")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]any{"int": "integer", "bool": "boolean", "slice": "array", "string": "string"}
	var keys []string
	record := reflect.TypeFor[export.Record]()
	for i := range record.NumField() {
		f := record.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if key == "-" {
			continue
		}
		keys = append(keys, key)
		p, ok := schema.Properties[key]
		if !ok {
			t.Errorf("%s: is not in the schema", key)
		}
		if want, plain := kinds[f.Type.Kind().String()]; plain && p.Type != nil && p.Type != want {
			t.Errorf("%s: the schema says %v, the record is %v", key, p.Type, want)
		}
		if !strings.Contains(string(doc), "`"+key+"`") {
			t.Errorf("%s: is not in docs/export.md", key)
		}
	}
	want := append([]archive.State{""}, archive.States...) // "": it is damaged
	if states := schema.Properties["state"].Enum; !slices.Equal(states, want) {
		t.Errorf("states %q, want %q", states, want)
	}
	if !slices.Equal(keys, schema.Required) || len(schema.Properties) != len(keys) {
		t.Errorf("required %v, want %v", schema.Required, keys)
	}
}
