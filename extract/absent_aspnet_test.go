package extract_test

import (
	"testing"

	"fangzhi/archive"
	"fangzhi/extract"
)

// ASP.NET has one heading for what is not there and for what failed: what stands
// below it tells, or else an article that is gone would be unreachable for ever.
func TestServerErrorOfASPNET(t *testing.T) {
	for page, want := range map[string]archive.Trouble{
		`<title>The resource cannot be found.</title><h1>Server Error in '/' Application.</h1><h2><i>The resource cannot be found.</i></h2><b>Description: </b>HTTP 404. The resource you are looking for (or one of its dependencies) could have been removed, had its name changed, or is temporarily unavailable.<br><b>Requested Url: </b>/news/1.aspx`: archive.TroubleSoft404,
		`<title>Runtime Error</title><h1>Server Error in '/' Application.</h1><h2><i>Runtime Error</i></h2><b>Description: </b>An application error occurred on the server. The current custom error settings for this application prevent the details from being viewed.`:                                                                                  archive.TroubleError,
	} {
		r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/news/1.aspx", Status: 404, Payload: []byte(page)}).Reading()
		if r.Trouble != want {
			t.Errorf("%s (%s), want %s: %s", r.Trouble, r.Signature, want, page)
		}
	}
}
