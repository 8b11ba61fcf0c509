package mongo

import (
	"fmt"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// dateOf is t as it is stored, to the millisecond. The zero time is 0, which
// omitempty leaves out.
func dateOf(t time.Time) bson.DateTime {
	if t.IsZero() {
		return 0
	}
	return bson.NewDateTimeFromTime(t)
}

// timeOf is the opposite of dateOf.
func timeOf(d bson.DateTime) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return d.Time().UTC()
}

// text is a string that may hold bytes of any kind, as portals send them: what
// is not UTF-8 is stored as binary, since a BSON string must be.
type text string

// MarshalBSONValue implements bson.ValueMarshaler.
func (t text) MarshalBSONValue() (byte, []byte, error) {
	if utf8.ValidString(string(t)) {
		return byte(bson.TypeString), bsoncore.AppendString(nil, string(t)), nil
	}
	return byte(bson.TypeBinary), bsoncore.AppendBinary(nil, bson.TypeBinaryGeneric, []byte(t)), nil
}

// UnmarshalBSONValue implements bson.ValueUnmarshaler.
func (t *text) UnmarshalBSONValue(kind byte, data []byte) error {
	switch bson.Type(kind) {
	case bson.TypeString:
		s, _, ok := bsoncore.ReadString(data)
		if !ok {
			return fmt.Errorf("text: damaged string")
		}
		*t = text(s)
	case bson.TypeBinary:
		_, b, _, ok := bsoncore.ReadBinary(data)
		if !ok {
			return fmt.Errorf("text: damaged binary")
		}
		*t = text(b)
	default:
		return fmt.Errorf("text: must be a string or binary, is %s", bson.Type(kind))
	}
	return nil
}

// field is one field of an HTTP header. A header is an array of them: a name
// may hold dots and dollar signs, which the keys of a document should not.
type field struct {
	Name   text   `bson:"k"`
	Values []text `bson:"v"`
}

func fieldsOf(h http.Header) []field {
	if len(h) == 0 {
		return nil
	}
	fields := make([]field, 0, len(h))
	for name, values := range h {
		f := field{Name: text(name), Values: make([]text, len(values))}
		for i, v := range values {
			f.Values[i] = text(v)
		}
		fields = append(fields, f)
	}
	slices.SortFunc(fields, func(a, b field) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return fields
}

func headerOf(fields []field) http.Header {
	if len(fields) == 0 {
		return nil
	}
	h := make(http.Header, len(fields))
	for _, f := range fields {
		values := make([]string, len(f.Values))
		for i, v := range f.Values {
			values[i] = string(v)
		}
		h[string(f.Name)] = values
	}
	return h
}
