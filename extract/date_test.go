package extract_test

import (
	"testing"

	"fangzhi/extract"
)

// Forms in which pages print their dates, under a label and, where it is the
// label that is tested, as a line of their own.
func TestDates(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"dashes", "发布时间：2024-10-14 10:17", "2024-10-14T10:17:00+08:00"},
		{"seconds", "发布时间：2023-12-05 09:30:26", "2023-12-05T09:30:26+08:00"},
		{"a day stays a day", "发布日期：2024-08-14", "2024-08-14"},
		{"dots", "日期：2026.09.19", "2026-09-19"},
		{"slashes, one digit", "发稿时间：2021/6/9", "2021-06-09"},
		{"Chinese", "发布时间：2019年10月31日 23:00", "2019-10-31T23:00:00+08:00"},
		{"Chinese without blank", "2022年02月13日07:48 | 来源：新华日报", "2022-02-13T07:48:00+08:00"},
		{"numerals", "发布日期：二〇二二年十二月十三日", "2022-12-13"},
		{"numerals of tens", "发布日期：二○二一年十月二十日", "2021-10-20"},
		{"hours in characters", "発表日：2025年1月13日 21時37分 時間：2025年1月13日 21時37分", "2025-01-13T21:37:00+08:00"},
		{"full width", "发布时间：２０２４－０３－０８　１６：２０", "2024-03-08T16:20:00+08:00"},
		{"blanks in the label", "时 间 ： 2024-10-14 10:17", "2024-10-14T10:17:00+08:00"},
		{"label after", "时间发布：2023-06-12 09:51阅读次数: 次信息来源：辽阳日报", "2023-06-12T09:51:00+08:00"},
		{"glued to the source", "来源：珠江商报发布时间：2024-06-25 10:03:27字号：大中小分享至：", "2024-06-25T10:03:27+08:00"},
		{"source glued before", "来源：太原晚报2021-11-25 16:26:07", "2021-11-25T16:26:07+08:00"},
		{"empty source", "信息来源: 发布日期：2024-07-05 13:57", "2024-07-05T13:57:00+08:00"},
		{"afternoon", "发布时间：2024-07-05 下午 1:57", "2024-07-05T13:57:00+08:00"},
		{"in brackets", "( 2022-04-26)", "2022-04-26"},
		{"with a weekday", "发布时间：2024年2月22日 星期四 08:00", "2024-02-22T08:00:00+08:00"},
		{"midnight is a day", "发布时间：2022-01-28 00:00:00", "2022-01-28"},
		{"RFC 3339", "发布时间：2024-06-13T01:12:00Z", "2024-06-13T09:12:00+08:00"},
		{"an offset", "发布时间：2024.09.30 09:24:36 GMT+08:00", "2024-09-30T09:24:36+08:00"},
		{"years of two digits under a label", "发布时间：18-03-08 23:16", "2018-03-08T23:16:00+08:00"},
		{"change, where nothing else is given", "更新时间：2024-08-14 10:46", "2024-08-14T10:46:00+08:00"},
		{"written is not published", "成文日期：2024-06-04", ""},
		{"validity is not publication", "有效期：2025-12-31", ""},
		{"no such day", "发布日期：2023-02-30", ""},
		{"German", "Erschienen am 30.04.2024", "2024-04-30"},
		{"German, two digits", "Veröffentlicht am 27.04.24 um 07:39 Uhr", "2024-04-27T07:39:00+08:00"},
		{"English", "Posted on November 12, 2021", "2021-11-12"},
		{"English, day first", "Published: 3rd May 2022", "2022-05-03"},
		{"English, abbreviated", "Wed, Oct 16, 2024", "2024-10-16"},
		{"French", "Publié le 1er août 2023 à 18h05", "2023-08-01T18:05:00+08:00"},
		{"Spanish", "Publicado el 5 de enero de 2025", "2025-01-05"},
		{"Russian", "Опубликовано 7 мая 2024, 12:30", "2024-05-07T12:30:00+08:00"},
		{"Korean", "등록일: 2025년 5월 15일 16:33", "2025-05-15T16:33:00+08:00"},
		{"Japanese era", "掲載日：令和6年6月13日", "2024-06-13"},
		{"Republic of China", "發布日期：中華民國113年11月28日", "2024-11-28"},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := `<html><body><h1>河湾大桥建成通车两岸群众圆梦</h1><div>` + c.line + `</div><div class="c"><p>昨日上午，全长三公里的河湾大桥正式通车，两岸群众过河的时间从四十分钟缩短到五分钟，过桥的人很多。</p></div></body></html>`
			a := open(t, extract.Input{URL: "http://a.gov.cn/1.html", Payload: []byte(page)}).Reading().Article
			got := ""
			switch {
			case a.Published.IsZero():
			case a.DayOnly:
				got = a.Published.Format("2006-01-02")
			default:
				got = a.Published.Format("2006-01-02T15:04:05-07:00")
			}
			if got != c.want {
				t.Errorf("%s: got %q, want %q", c.line, got, c.want)
			}
		})
	}
}
