package discover

import (
	"strings"

	"fangzhi/lazyregexp"
)

// Kaipu's lists are files (common_list.shtml, common_list_2.shtml), or filled by
//
//	POST /getFileListByCodeId
//	     codeId=&channelId=<32 hex>&page=1&size=20&relateSubChannels=false
//
// with {"results":{"data":{"results":[…]}}}.
var (
	kaipuChannel = lazyregexp.New(`(?i)channelId["']?\s*(?:[:=]|,\s*["']?content["']?\s*[:=]?|["']?\s+content=)\s*["']?([0-9a-f]{32})`)
	kaipuMeta    = lazyregexp.New(`(?i)<meta[^>]*name=["']?channelId["']?[^>]*>`)
	kaipuValue   = lazyregexp.New(`(?i)content=["']?([0-9a-f]{32})`)
	kaipuService = lazyregexp.New(`["']([^"'\s]*getFileListByCodeId[^"'\s]*)["']`)
	kaipuCode    = lazyregexp.New(`(?i)\bcodeId["']?\s*[:=]\s*["']([\w-]{1,64})["']`)
	kaipuSize    = lazyregexp.New(`(?i)\b(?:page)?size["']?\s*[:=]\s*["']?(\d{1,3})\b`)
)

func kaipuSign(p *page) string {
	return p.has("getFileListByCodeId", "<UCAPTITLE>", "<UCAPCONTENT>", "<ucaptitle>", "<ucapcontent>", "UCAP-CONTENT", "CMSPRO_", "/common_list")
}

func kaipuList(p *page) (List, bool) {
	if kaipuSign(p) == "" {
		return List{}, false
	}
	channel := ""
	if m := kaipuValue.FindStringSubmatch(kaipuMeta.FindString(p.html)); m != nil {
		channel = m[1]
	} else if m := kaipuChannel.FindStringSubmatch(p.html); m != nil {
		channel = m[1]
	}
	service := kaipuService.FindStringSubmatch(p.html)
	if channel == "" || service == nil && len(pageRows(p.Page)) > 0 {
		return List{}, false // a file, whose links lead on
	}
	to := "/getFileListByCodeId"
	if service != nil {
		to, _, _ = strings.Cut(service[1], "?")
	}
	to = beside(p.at, to)
	js := scripts(p, "getFileListByCodeId")
	code, size := "", "20"
	if m := kaipuCode.FindStringSubmatch(js); m != nil {
		code = m[1]
	}
	if m := kaipuSize.FindStringSubmatch(js); m != nil && atoi(m[1]) > 0 {
		size = m[1]
	}
	form := encoded([]parameter{{"codeId", code}, {"channelId", channel}, {"page", "1"}, {"size", size}, {"relateSubChannels", "false"}})
	l := List{Evidence: "channelId " + channel}
	l.Feeds = append(l.Feeds, p.posted("kaipu", to, formType, form))
	return l, true
}

func kaipuAnswer(a *Answer) (List, bool) { return jsonList(a) }
