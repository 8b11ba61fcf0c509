package configs

import (
	"reflect"
	"strings"

	"fangzhi/extract"
)

// ruleKeys are the keys of rules in YAML, in the order of extract.Rules, whose
// tags they are.
var ruleKeys = func() (keys []string) {
	for f := range reflect.TypeFor[extract.Rules]().Fields() {
		keys = append(keys, ruleKey(f))
	}
	return keys
}()

func ruleKey(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return key
}

// rules reads selectors. Each is checked by itself, so that all mistakes are
// found; those with a mistake are left out.
func (r *reader) rules(v value) extract.Rules {
	var rules extract.Rules
	fields := r.mapping(v, ruleKeys...)
	all := reflect.ValueOf(&rules).Elem()
	for i, key := range ruleKeys {
		field, given := fields[key]
		if !given {
			continue
		}
		switch to := all.Field(i).Addr().Interface().(type) {
		case *string:
			if css, ok := r.text(field); ok && r.selector(i, css, field) {
				*to = css
			}
		case *[]string:
			list, at := r.texts(field)
			for j, css := range list {
				if r.selector(i, css, at[j]) {
					*to = append(*to, css)
				}
			}
		}
	}
	return rules
}

// selector has extract check one selector.
func (r *reader) selector(field int, css string, v value) bool {
	var alone extract.Rules
	switch to := reflect.ValueOf(&alone).Elem().Field(field).Addr().Interface().(type) {
	case *string:
		*to = css
	case *[]string:
		*to = []string{css}
	}
	err := alone.Validate()
	if err != nil {
		// The path says already which rule it is.
		_, why, _ := strings.Cut(err.Error(), ": ")
		r.mistake(v, "%s", why)
	}
	return err == nil
}

// under fills the rules that site leaves open from preset.
func under(site, preset extract.Rules) extract.Rules {
	own, base := reflect.ValueOf(&site).Elem(), reflect.ValueOf(preset)
	for i := range own.NumField() {
		if own.Field(i).IsZero() {
			own.Field(i).Set(base.Field(i))
		}
	}
	return site
}
