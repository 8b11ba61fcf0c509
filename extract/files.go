package extract

import (
	"net/url"
	"path"
	"strings"
)

// documentTypes are the endings of files that articles carry.
var documentTypes = map[string]bool{
	"pdf": true, "doc": true, "docx": true, "xls": true, "xlsx": true, "ppt": true, "pptx": true, "wps": true, "et": true, "dps": true,
	"ofd": true, "ceb": true, "rtf": true, "odt": true, "ods": true, "odp": true, "csv": true, "txt": true, "epub": true,
	"zip": true, "rar": true, "7z": true, "gz": true, "tar": true, "tgz": true, "gd": true, "sep": true, "caj": true, "dwg": true,
	"mp3": true, "mp4": true, "wmv": true, "avi": true, "flv": true, "mov": true, "apk": true, "exe": true, "pps": true, "xlsm": true, "docm": true,
}

// isDocumentURL says whether a URL leads to a document, by the ending of its
// path or of a file name in its query, or by being a download endpoint.
func isDocumentURL(raw string) bool {
	i := strings.IndexAny(raw, "?#")
	p, query := raw, ""
	if i >= 0 {
		p = raw[:i]
		if raw[i] == '?' {
			query = raw[i+1:]
		}
	}
	if e := ending(p); e != "" && documentTypes[e] {
		return true
	}
	if query == "" {
		return strings.HasSuffix(p, "/download") && strings.Contains(p, "/file")
	}
	query, _, _ = strings.Cut(query, "#")
	for part := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(part, "=")
		switch strings.ToLower(key) {
		case "filename", "file", "name", "path", "filepath", "url", "f", "attachment", "fileurl", "attach":
			if e := ending(value); e != "" && documentTypes[e] {
				return true
			}
		case "wbfileid", "fileid", "attachid", "attachmentid", "attachguid", "file_id":
			if value != "" {
				return true
			}
		case "urltype":
			if strings.Contains(value, "Download") {
				return true
			}
		}
	}
	low := strings.ToLower(p)
	base := path.Base(low)
	return strings.HasPrefix(base, "downfile") || strings.HasPrefix(base, "downloadfile") || strings.HasPrefix(base, "downloadattach") ||
		base == "download.jsp" || base == "download.do" || base == "download.action" || base == "downloadservlet" || base == "download.aspx"
}

// ending is the lower-case ending of a path, "" where it has none of up to
// five letters.
func ending(p string) string {
	i := strings.LastIndexByte(p, '.')
	if i < 0 || len(p)-i > 6 || len(p)-i < 3 {
		return ""
	}
	return strings.ToLower(p[i+1:])
}

// fileName is the last part of a URL's path or the file name in its query, for
// documents that are linked without a text.
func fileName(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	for _, key := range [...]string{"filename", "fileName", "name"} {
		if v := u.Query().Get(key); v != "" {
			return fold(v)
		}
	}
	if b := path.Base(u.Path); b != "." && b != "/" {
		return fold(b)
	}
	return ""
}
