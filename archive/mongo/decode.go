package mongo

import (
	"fmt"
	"reflect"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"fangzhi/archive"
)

// lenient decodes what is recorded field by field where it cannot be decoded as a
// whole: a field that is of another type than was written counts as empty. So it keeps
// nothing else from being read, and is told like any other value that is not what was
// written: by a checksum, a leaf, a fingerprint.
func lenient() *bson.Registry {
	r := bson.NewRegistry()
	for _, doc := range []any{pageDoc{}, visitDoc{}, snapshotDoc{}, readingDoc{}, runDoc{}, learntDoc{}, logDoc{}, payloadDoc{}, fileDoc{}, chunkDoc{}, wordsDoc{}} {
		r.RegisterTypeDecoder(reflect.TypeOf(doc), bson.ValueDecoderFunc(decode))
	}
	return r
}

func decode(dc bson.DecodeContext, vr bson.ValueReader, v reflect.Value) error {
	var raw bson.Raw
	whole, err := dc.LookupDecoder(reflect.TypeOf(raw))
	if err == nil {
		err = whole.DecodeValue(dc, vr, reflect.ValueOf(&raw).Elem())
	}
	if err != nil {
		return err
	}
	doc := v.Addr().Interface()
	if bson.Unmarshal(raw, doc) == nil {
		return nil
	}
	fields, err := raw.Elements()
	if err != nil {
		return fmt.Errorf("%w: %w", archive.ErrCorrupt, err)
	}
	var sound [][]byte
	for _, f := range fields {
		if bson.Unmarshal(bsoncore.BuildDocument(nil, f), reflect.New(v.Type()).Interface()) == nil {
			sound = append(sound, f)
		}
	}
	v.SetZero()
	if d, ok := doc.(interface{ tear() }); ok {
		defer d.tear()
	}
	return bson.Unmarshal(bsoncore.BuildDocument(nil, sound...), doc)
}
