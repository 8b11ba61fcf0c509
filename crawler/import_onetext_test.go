package crawler_test

import (
	"testing"

	"fangzhi/archive"
)

// What is imported in one go has the versions that it has imported piece by piece,
// also where articles are edited alike.
func TestImportOfArticlesEditedAlike(t *testing.T) {
	later := "<html><head><title>延期公告</title></head><body><h1>延期公告</h1><p>因天气原因，听证会延期举行，请各位听证代表相互转告，届时准时参加会议，给大家带来的不便敬请谅解。</p></body></html>"
	var files savings
	for i, about := range []string{"城北小学选址", "水价调整", "公交票价调整", "污水处理费"} {
		path := "/yw/202603/t20260301_" + string(rune('1'+i)) + ".html"
		files = append(files,
			savedAs(path, on(1, i), 200, newsPage("关于召开"+about+"听证会的公告", about+"听证会定于下月举行，欢迎报名参加，名额为二十名，请带好身份证件。")),
			savedAs(path, on(9+i, 0), 200, later))
	}
	for name, pieces := range map[string][]int{"in one go": {8}, "in two": {4, 8}, "in four": {2, 4, 6, 8}} {
		store := newStore(t)
		for _, n := range pieces {
			imports(t, store, oldSite, files[:n])
		}
		if n := len(all(t, store.Snapshots(t.Context(), archive.Filter{Site: "yunxi"}))); n != len(files) {
			t.Errorf("%s: %d versions, want %d", name, n, len(files))
		}
	}
}
