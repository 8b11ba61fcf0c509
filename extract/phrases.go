package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// phrase is what a line that is not text starts with.
type phrase struct {
	words string
	kind  phraseKind
}

type phraseKind uint8

const (
	// phraseStop heads what follows a text: related articles, comments,
	// statements. Nothing below it is text.
	phraseStop phraseKind = iota + 1
	// phraseComments heads the readers' comments.
	phraseComments
	// phraseDrop starts a line that is no text by itself: pointers to other
	// articles, credits, buttons.
	phraseDrop
	// phraseLegal stands in the small print of a page.
	phraseLegal
)

// phrases are the phrases known, by their first character. They are the
// common words of each language's pages, not any site's.
var phrases = phraseTable(map[phraseKind]string{
	phraseStop: `相关新闻|相关阅读|相关文章|相关链接|相关报道|相关推荐|相关专题|相关信息|相关稿件|相关内容|相关资讯|相关解读|相关文件|推荐阅读|延伸阅读|更多阅读|猜你喜欢|为你推荐|为您推荐|热门推荐|精彩推荐|
大家都在看|热门文章|热点推荐|更多新闻|更多精彩|今日热点|编辑推荐|
上一篇|下一篇|上一条|下一条|上篇|下篇|返回列表|阅读排行|点击排行|热门排行|热门标签|推荐文章|推荐新闻|今日推荐|本类最新|本类推荐|热点新闻|图片新闻|最新文章|最新新闻|热门新闻|新闻排行|
免责声明|版权声明|版权与免责|版权和免责|特别声明|郑重声明|版权说明|转载声明|本网声明|本站声明|延伸·推荐|延伸 · 推荐|您可能感兴趣|你可能感兴趣|
相關新聞|相關文章|相關連結|延伸閱讀|推薦閱讀|熱門新聞|更多新聞|猜你喜歡|你可能也想看|相關報導|
related articles|related stories|related content|related posts|related news|related links|related topics|related coverage|related:|you may also like|you might also like|you may like|you might like|
you might be interested|more from|more on this|more stories|more news|most read|most popular|most viewed|recommended|read next|up next|trending|
sign up for|about the author|about the writer|editor's picks|editors' picks|latest news|latest stories|popular posts|sponsored|filed under|
what to read next|further reading|also on|in other news|today's headlines|more like this|share this article|share this story|share this post|the latest|from around the web|promoted stories|recommended for you|more articles|
mehr zum thema|auch interessant|das könnte sie auch|das könnte dich|weitere artikel|weitere meldungen|weitere themen|verwandte|schlagwörter|ähnliche|meistgelesen|themen:|mehr aus|mehr von|weitere informationen|
dieses thema im programm|zur startseite|weiterführende|links zum thema|
à lire aussi|a lire aussi|sur le même sujet|articles liés|les plus lus|à voir aussi|vous aimerez aussi|sur le meme sujet|les derniers articles|
te puede interesar|más noticias|noticias relacionadas|relacionados|artículos relacionados|lo más leído|te recomendamos|más sobre|archivado en|
leia também|veja também|notícias relacionadas|mais lidas|mais notícias|artigos relacionados|
articoli correlati|potrebbe interessarti|
lees meer|meer over|gerelateerd|polecane|zobacz również|najczęściej czytane|tematy:|
ilgili haberler|diğer haberler|читайте также|похожие|по теме|смотрите также|другие новости|ещё по теме|
mer om|relaterade|läs också|
関連記事|関連リンク|関連ニュース|関連キーワード|あわせて読みたい|おすすめ記事|人気記事|ランキング|この記事|記事に『|こちらもおすすめ|
관련기사|관련뉴스|관련 기사|많이 본|추천기사|추천뉴스|당신이 관심|주요뉴스|인기기사|
artikel terkait|berita terkait|berita lainnya|tin liên quan|xem thêm|اقرأ أيضا|اقرأ أيضًا|مواضيع ذات صلة|
související|mohlo by vás zajímat|kapcsolódó|articole similare|citește și|σχετικά`,
	phraseComments: `精彩评论|热门评论|最新评论|网友评论|发表评论|我要评论|用户评论|全部评论|评论列表|网友跟帖|我来说两句|参与评论|读者评论|查看更多评论|我要跟帖|查看网友评论|文章评论|回复列表|网友留言|comments|leave a reply|leave a comment|post a comment|add a comment|join the conversation|join the discussion|view comments|show comments|read comments|have your say|kommentare|leserkommentare|commentaires|comentarios|deja un comentario|comentários|deixe um comentário|commenti|lascia un commento|reacties|komentarze|yorumlar|отзывы|комментарии|kommentarer|コメント|댓글|komentar|bình luận|تعليقات|diskuze|评论|跟帖|回复|发表回复|网友评价|查看评论`,
	phraseDrop: `leggi anche|read more|read also|also read|see also|read:|watch:|watch |more:|advertisement|advertising|advert|story continues|article continues|scroll to continue|continue reading|don't miss|click here|
image:|photo:|photos:|picture:|video:|getty images|image source|image caption|media caption|image copyright|share on|follow us|follow me|subscribe|sign up|newsletter|download our app|key points|highlights|listen to this|
listen to|join our|get the|updated at|first published|last updated|published:|topics|tags|tags:|skip advert|skip to|load more|show more|view more|learn more|
lesen sie|lesen sie auch|lesen sie dazu|mehr dazu|anzeige|foto:|fotos:|bild:|quelle:|newsletter|lees ook|foto's|beeld:|
lire aussi|à lire|publicité|crédit photo|photo :|lee también|lee más|leer más|ver más|lea también|publicidad|te puede interesar|además:|
leia mais|saiba mais|publicidade|assine|compartilhe|foto :|leggi tutto|pubblicità|guarda anche|
les også|les mer|annonse|annons|läs mer|læs også|foto/|czytaj więcej|czytaj też|czytaj także|czytaj dalej|zobacz też|reklama|fot.|
okumaya devam|baca juga|lihat juga|iklan|xem thêm|читайте:|реклама|фото:|источник:|
查看更多|点击查看|展开全文|广告|点击进入|更多内容|点击阅读|阅读原文|点击关注|返回搜狐|返回顶部|返回首页|打印本页|关闭窗口|打印|关闭|分享到|分享至|分享|收藏|扫一扫|扫码|字体|字号|
朗读|语音播报|我要纠错|内容纠错|举报|复制链接|点赞|投诉|加入收藏|推荐给|转发|保存|关注我们|关注公众号|长按二维码|微信扫|视力保护色|
責任編輯|分享本文|廣告|【広告】|広告|シェア|ツイート|フォロー|구독|공유|광고|무단전재`,
	phraseLegal: `copyright|©|(c)|all rights reserved|版权所有|icp备|备案号|许可证|网站标识码|违法和不良信息|未经授权|未经许可|不得转载|主办单位|主办:|主办：|承办单位|技术支持|网站地图|联系我们|关于我们|all right reserved|
alle rechte vorbehalten|tous droits réservés|todos los derechos|todos os direitos|無断転載|무단 전재|저작권|凡本网注明|凡注明|本网站刊登|本文为|转载请注明|转载请联系`,
})

func phraseTable(lists map[phraseKind]string) map[rune][]phrase {
	table := map[rune][]phrase{}
	for kind, list := range lists {
		for _, w := range strings.Split(strings.ReplaceAll(list, "\n", ""), "|") {
			r, _ := utf8.DecodeRuneInString(w)
			table[r] = append(table[r], phrase{w, kind})
		}
	}
	return table
}

// phraseOf returns the kind of the longest phrase that a line starts with,
// marks and brackets before it passed over; 0 where there is none.
func phraseOf(s string) (kind phraseKind, exact bool) {
	s = strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r != '©' && r != '(' && (unicode.IsPunct(r) || unicode.IsSymbol(r))
	})
	if len(s) > 160 {
		s = s[:160]
	}
	s = strings.ToLower(s)
	r, _ := utf8.DecodeRuneInString(s)
	if isWide(r) {
		s = strings.ReplaceAll(s, " ", "") // 郑 重 声 明
	}
	long := 0
	for _, p := range phrases[r] {
		if len(p.words) <= long || !strings.HasPrefix(s, p.words) {
			continue
		}
		rest := s[len(p.words):]
		if rest != "" && isLatin(p.words) {
			if next, _ := utf8.DecodeRuneInString(rest); unicode.IsLetter(next) && !strings.HasSuffix(p.words, " ") {
				continue // a longer word
			}
		}
		long, kind = len(p.words), p.kind
		exact = strings.TrimFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) }) == ""
	}
	return kind, exact
}

// isLatin says whether a phrase is written in words parted by blanks.
func isLatin(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return !isWide(r)
}
