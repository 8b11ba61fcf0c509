package extract

import "strings"

// hint is a set of what an element's name, class, id or role say that it is.
// A hint is never proof: an element that holds most of the page's prose is not
// its footer, whatever it is called.
type hint uint32

const (
	hintHidden  hint = 1 << iota // not shown
	hintNav                      // menus, breadcrumbs, tabs, pagers
	hintHead                     // the page's header
	hintFoot                     // the page's footer
	hintSide                     // asides, sidebars
	hintComment                  // readers' comments
	hintRelated                  // related, recommended, most read
	hintShare                    // sharing, printing, font size
	hintAd                       // advertisements, newsletters, paywalls, cookies
	hintCaption                  // captions and credits of pictures
	hintMeta                     // by-lines, dates, tags, author boxes
	hintTitle                    // the title
	hintContent                  // the text
	hintTeaser                   // the lead of an article
	hintWidget                   // players, galleries, polls, embeds
)

// hintJunk is what is not part of a text.
const hintJunk = hintNav | hintHead | hintFoot | hintSide | hintComment | hintRelated | hintShare | hintAd | hintWidget

// hintLayout is junk whose words name places and tools of a layout, and so
// stand in the classes of much that is text.
const hintLayout = hintNav | hintHead | hintSide | hintShare | hintWidget

// hintWords maps the words of class names and ids, lower-case, to what they
// hint at. They are the words of the trade, not of any site.
var hintWords = hintTable(map[hint]string{
	hintNav: `nav navi navbar navbox navigation navigations menu menus submenu breadcrumb breadcrumbs crumb crumbs bread position
		location weizhi dqwz mianbao mbx pager pagination paging pagebar pages_nav pagenav page-nav pagelist tabs tabbar toc subnav topnav mainnav skip
		sitemap offcanvas hamburger megamenu prevnext prev next previous pnext syp xyp shangyipian`,
	hintHead: `masthead topbar siteheader topheader globalheader`,
	hintFoot: `footer foot foots footbar bottombar copyright copyrights colophon beian footnav siteinfo`,
	hintSide: `sidebar sidebars aside side sidenav rightbar leftbar rail rightrail sidecol sidecolumn skyscraper rightside leftside`,
	hintComment: `comment comments commentlist commentarea disqus pinglun reply replies liuyan respond commenting kommentare kommentar
		comentarios commentaires talkback discussion feedback guestbook`,
	hintRelated: `related relate relates relation recommend recommended recommends recommendation recommendations recommender tuijian
		xiangguan xgxw mostread mostpopular popular trending hotnews hotlist ranking rank paihang outbrain taboola readmore
		morenews moreon seealso alsolike youmaylike teasers linklist morelinks furtherreading readnext upnext
		verwandte aehnliche empfehlungen relacionadas relacionados relacionado similar suggested suggestions siblings xgyd xglj`,
	hintShare: `share shares sharing sharebar sharebox social socials socialbar socialmedia bdshare bshare jiathis addthis sharethis fenxiang
		shareaholic print printer dayin fontsize zihao toolbar toolbox follow followus likes qrcode erweima weixin sns a2a`,
	hintAd: `ad ads adv advert adverts advertisement advertisements advertising adsbygoogle adsense adbox adslot adwrap sponsor sponsored
		sponsors promo promos promotion promoted newsletter newsletters subscribe subscription signup paywall cookie cookies consent gdpr
		banner banners guanggao popup popups modal overlay lightbox onetrust donate donation membership optin werbung anzeige publicidad
		publicite reklama affiliate commercial privacy pum lightbox interstitial registerwall regwall piano meter btn button buttons cta placeholder`,
	hintCaption: `caption captions figcaption credit credits imgcaption photocredit copyrightnotice legende bildunterschrift`,
	hintMeta: `byline bylines dateline timestamp meta postmeta entrymeta author authors authorbox bio authorbio tags tag taglist keywords
		laiyuan pubtime pubdate publishtime posted date time datetime dates published fbsj`,
	hintTitle: `title headline heading biaoti tit entrytitle posttitle articletitle`,
	hintContent: `content contents article articlebody articlecontent body entry entrycontent post postcontent story storybody text zhengwen
		trs ueditor zoom zoomcon vsb news newscontent maincontent detail detailcontent articletext bodytext neirong wenzhang prose main`,
	hintTeaser: `lead lede standfirst intro teaser subtitle subheadline deck dek kicker summary abstract zhaiyao`,
	hintWidget: `widget widgets poll quiz player videoplayer gallery carousel slider slideshow swiper timeline ticker weather search
		searchbox searchform login loginbox survey vote toplist calendar`,
})

func hintTable(words map[hint]string) map[string]hint {
	table := make(map[string]hint, 512)
	for h, list := range words {
		for _, w := range strings.Fields(list) {
			table[w] |= h
		}
	}
	return table
}

// hintsOf reads the words of a class or id. Words are parted by anything that
// is not a letter or digit and by a capital after a small letter; two words in
// a row are also looked up as one.
func hintsOf(s string) (h hint) {
	if len(s) > 512 {
		s = s[:512]
	}
	var buf [64]byte
	n, last := 0, 0 // letters held; where the current word starts
	flush := func() {
		if n > last {
			h |= hintWords[string(buf[last:n])]
			if last > 0 {
				h |= hintWords[string(buf[:n])]
				copy(buf[:], buf[last:n])
				n -= last
			}
			last = n
		}
	}
	prevLower := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			if prevLower {
				flush()
			}
			c |= 0x20
			prevLower = false
		case c >= 'a' && c <= 'z':
			prevLower = true
		default:
			flush()
			prevLower = false
			if c == ' ' {
				n, last = 0, 0
			}
			continue
		}
		if n == len(buf) {
			n, last = 0, 0
		}
		buf[n] = c
		n++
	}
	flush()
	return h
}
