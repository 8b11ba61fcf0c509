package export_test

import (
	"testing"

	"fangzhi/archive/export"
)

// A name tells what is to be in the file, and never something else than the job.
func TestNamed(t *testing.T) {
	const (
		none = export.Plain
		gz   = export.Gzip
		zst  = export.Zstd
	)
	for _, tt := range []struct {
		path       string
		format     export.Format
		packed     export.Compression
		bag        bool
		wantFormat export.Format
		wantPacked export.Compression
		wantErr    string
	}{
		{path: "-", wantFormat: export.JSONL},
		{path: "out", wantFormat: export.JSONL},
		{path: "2026.5", wantFormat: export.JSONL},
		{path: ".csv", wantFormat: export.JSONL}, // a hidden file
		{path: "a.jsonl", wantFormat: export.JSONL},
		{path: "a.ndjson.zstd", wantFormat: export.JSONL, wantPacked: zst},
		{path: "a.gz", wantFormat: export.JSONL, wantPacked: gz},
		{path: "a.gz", format: export.CSV, wantFormat: export.CSV, wantPacked: gz},
		{path: "out/News.CSV", wantFormat: export.CSV},
		{path: "a.csv.gz", wantFormat: export.CSV, wantPacked: gz},
		{path: "a.csv.gz", packed: gz, wantFormat: export.CSV, wantPacked: gz},
		{path: "a.csv.zst", format: export.CSV, wantFormat: export.CSV, wantPacked: zst},
		{path: "a", format: export.CSV, packed: zst, wantFormat: export.CSV, wantPacked: zst},
		{path: "a.parquet", wantFormat: export.Parquet},
		{path: "a.atom", wantFormat: export.Atom},
		{path: "a.xml", wantFormat: export.Atom},
		{path: "a.wacz", wantFormat: export.WACZ},
		{path: "out", format: export.WARC, wantFormat: export.WARC},
		{path: "bag", bag: true, wantFormat: export.JSONL},
		{path: "bag.gz", bag: true, packed: zst, wantFormat: export.JSONL, wantPacked: zst}, // of a folder it tells nothing

		{path: "a.warc.gz", wantErr: `output: "a.warc.gz": warc is a folder of files: name that, as in --format warc -o a`},
		{path: "a.warc.gz", format: export.WARC, wantErr: `output: "a.warc.gz": warc is a folder of files: name that, as in --format warc -o a`},
		{path: "a.wacz", bag: true, wantErr: `output: "a.wacz": a bag is a folder, whose name tells no format: as in --format wacz --bag -o a`},
		{path: "a.warc.gz", bag: true, format: export.WACZ, wantErr: `output: "a.warc.gz": a bag is a folder, whose name tells no format: as in --format wacz --bag -o a`},
		{path: "a.md", wantErr: `output: "a.md": markdown is a folder of files: name that, as in --format markdown -o a`},
		{path: "a.xlsx", wantErr: `output: "a.xlsx": no export is what the name tells: spreadsheet programs read --excel -o a.csv`},
		{path: "a.csv", format: "pdf", wantErr: `format: "pdf": must be one of jsonl, csv, parquet, atom, markdown, warc, wacz`},
		{path: "a.csv", format: export.JSONL, wantErr: `format: jsonl: the name "a.csv" is of csv: name it a.jsonl, or say --format csv`},
		{path: "a.csv.gz", format: export.JSONL, packed: gz, wantErr: `format: jsonl: the name "a.csv.gz" is of csv: name it a.jsonl.gz, or say --format csv`},
		{path: "a.wacz", format: export.WARC, wantErr: `format: warc: the name "a.wacz" is of wacz: name it a, or say --format wacz`},
		{path: "a.csv", packed: gz, wantErr: `gzip: the name "a.csv" is of a file that is not packed: name it a.csv.gz, or leave --gzip away`},
		{path: "a.csv.gz", packed: zst, wantErr: `zstd: the name "a.csv.gz" is of a file of gzip: name it a.csv.zst, or leave --zstd away`},
		{path: "a.gz", packed: zst, wantErr: `zstd: the name "a.gz" is of a file of gzip: name it a.jsonl.zst, or leave --zstd away`},
	} {
		got, err := export.Job{Format: tt.format, Compression: tt.packed}.Named(tt.path, tt.bag)
		told := ""
		if err != nil {
			told = err.Error()
		}
		if told != tt.wantErr || err == nil && (got.Format != tt.wantFormat || got.Compression != tt.wantPacked) {
			t.Errorf("%q with %q, %q: %q, %q, %q; want %q, %q, %q", tt.path, tt.format, tt.packed, got.Format, got.Compression, told, tt.wantFormat, tt.wantPacked, tt.wantErr)
		}
	}
}
