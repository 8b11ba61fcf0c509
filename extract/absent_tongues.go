package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fangzhi/lazyregexp"
)

// absencesAbroad are what portals say in other languages, in lower case, of a page
// that is not there. They are sentences: isSentence.
var absencesAbroad = lazyregexp.Longest(strings.Join([]string{
	// German
	`(?:(?:die|diese|ihre) )?(?:von ihnen )?(?:(?:gewünschte|aufgerufene|angeforderte|gesuchte|angegebene) )?(?:seite|webseite|internetseite) ` +
		`(?:(?:wurde|konnte|ist|kann) )?(?:leider )?(?:nicht (?:mehr )?(?:gefunden(?: werden)?|vorhanden|verfügbar)|existiert (?:leider )?nicht(?: mehr)?)`,
	`(?:die|diese|ihre) (?:(?:gewünschte|aufgerufene|angeforderte|gesuchte) )?seite existiert (?:leider )?nicht(?: mehr)?`,
	// French
	`(?:(?:la|cette) )?page (?:que vous (?:cherchez|recherchez|demandez|avez demandée) |(?:demandée|recherchée) )?` +
		`(?:non trouvée|introuvable|inexistante|est introuvable|n['’]existe (?:pas|plus)|n['’]a (?:pas été|pu être) trouvée|n['’]est (?:pas|plus) disponible|a été supprimée)`,
	// Spanish, Portuguese, Italian
	`(?:la )?página (?:que (?:usted )?(?:busca|buscas|está buscando|estás buscando|solicita|ha solicitado|intenta visitar) |solicitada )?` +
		`(?:no (?:encontrada|existe|se encuentra|se ha encontrado|ha sido encontrada|fue encontrada|está disponible))`,
	`(?:a )?página (?:que (?:procura|está procurando|você procura) |solicitada )?não (?:encontrada|existe|foi encontrada|está disponível)`,
	`(?:la )?pagina (?:che (?:cerchi|stai cercando|hai richiesto) |richiesta )?non (?:trovata|esiste|è stata trovata|è disponibile)`,
	// Dutch, Polish
	`(?:de )?pagina (?:die u zoekt )?(?:is |kon )?niet (?:gevonden(?: worden)?|beschikbaar)|strona nie (?:została znaleziona|istnieje)|nie znaleziono strony`,
	// Japanese, Korean, Vietnamese. That there is no file, no next page and no post says
	// every second page of a board: 添付ファイルはありません, 다음 게시물이 없습니다. And trang
	// begins words: trang trại is a farm.
	`(?:(?:お探しの|ご指定の|指定された|ご覧になろうとした|アクセスしようとした|この|該当する)(?:ページ|ファイル)|(?:ウェブ|web)?ページ)(?:が|は)、?見つかりません(?:でした)?`,
	`(?:お探しの|ご指定の|指定された|ご覧になろうとした|アクセスしようとした|この|該当する)(?:ページ|ファイル)(?:が|は)、?(?:存在しません|ありません(?:でした)?|(?:移動または)?削除され(?:ました|た可能性があります|ている可能性があります))`,
	`(?:요청하신|찾으시는|원하시는|해당)? ?(?:페이지|게시물|게시글)(?:를|을|가|이|는|은)? ?(?:찾을 수 (?:없습니다|없음)|존재하지 않습니다|삭제되었습니다)|(?:요청하신|찾으시는|원하시는) 페이지가 없습니다`,
	`không tìm thấy (?:trang(?: (?:này|web|(?:bạn )?yêu cầu)|\s*[^\pL\s]|$)|(?:bài viết|nội dung)(?: (?:bạn )?yêu cầu)?)|(?:trang|bài viết) (?:bạn (?:đang )?(?:tìm|yêu cầu|truy cập) )?không (?:tồn tại|tìm thấy)`,
}, "|"))

// openings are the words that such a sentence may begin with before what is looked for.
var openings = lazyregexp.New(`(?:^|[^\pL\s'’])\s*(?:(?:sorry|oops|unfortunately|error|the|this|our|` +
	`leider|wurde|konnte|fehler|die|diese|unsere|désolée?|erreur|malheureusement|le|la|ce|cette|notre|` +
	`lo sentimos|el|este|esta|nuestro|desculpe|erro|essa|siamo spiacenti|errore|questa|deze|de|opgevraagde|gevraagde|` +
	`przepraszamy|podana|szukana|żądana|ta|rất tiếc|xin lỗi)\s+)*$`)

// isSentence says whether what stands in text from one place to another is a clause of
// its own, but for what openings are, and no part of a word or of what is said of it:
// not 添付ファイル, Rückseite, or wer eine Seite nicht gefunden hat.
func isSentence(text string, from, to int) bool {
	after, _ := utf8.DecodeRuneInString(text[to:])
	return !unicode.IsLetter(after) && openings.MatchString(text[:from])
}

// simplified writes the traditional characters of what portals say of trouble as the
// simplified ones that it is looked for by; they have the same length.
var simplified = strings.NewReplacer(
	"頁", "页", "網", "网", "內", "内", "檔", "档", "連", "连", "結", "结", "刪", "删", "詢", "询", "覽", "览", "訪", "访", "問", "问", "尋", "寻",
	"該", "该", "這", "这", "個", "个", "對", "对", "經", "经", "資", "资", "訊", "讯", "無", "无", "過", "过", "閱", "阅", "讀", "读", "點", "点",
	"請", "请", "稱", "称", "維", "维", "護", "护", "統", "统", "暫", "暂", "進", "进", "級", "级", "開", "开", "聞", "闻", "記", "记", "錄", "录",
	"後", "后", "許", "许", "動", "动", "錯", "错", "誤", "误", "調", "调", "務", "务",
)

// mending is what portals say is done to them.
const mending = `(?:系统|数据|安全|例行|停机|临时|紧急|全面|升级|改版|维护|建设|改造|调整|迁移|检修)(?:和|与|及|、)?`

// failings are what portals say in words of their own while nobody is served: that
// they are being mended, and of that alone or with what it means for the reader.
var failings = lazyregexp.Longest(strings.Join([]string{
	`(?:本|我)?(?:门户)?(?:网站|系统|平台|站点)(?:正在|正处于)?(?:` + mending + `)*(?:升级|改版|维护|建设|改造|调整|迁移|检修)(?:之)?中`,
	`(?:网站|系统|平台|站点)正在(?:进行)?(?:` + mending + `){1,6}[^。\pN日月]{0,20}(?:暂停(?:访问|服务|使用)|(?:无法|不能|停止)(?:正常)?访问|稍后再?(?:访问|试)|稍候)`,
}, "|"))

// failingsAbroad are the same in other languages: sentences, as absencesAbroad are.
var failingsAbroad = lazyregexp.Longest(strings.Join([]string{
	`(?:this |the |our |web)*site is (?:currently |temporarily )?(?:under|down for|undergoing|offline for) (?:scheduled |planned )?maintenance|(?:site|website) under maintenance`,
	`(?:seite|website|webseite|internetseite|homepage) (?:wird (?:derzeit |gerade |zurzeit )?gewartet|befindet sich (?:derzeit |gerade |zurzeit )?(?:im wartungsmodus|in wartung))`,
	`site (?:est )?(?:actuellement )?en (?:cours de )?maintenance|sitio (?:web )?(?:está )?en mantenimiento`,
	`(?:ただ今|ただいま|現在)?、?(?:システム|サーバー?|サイト)?メンテナンス中(?:です|(?:のため|につき|により)、?(?:ご利用|閲覧|表示|アクセス)(?:いただけません|できません))?`,
}, "|"))

// What stands beside such a statement where it is none: 中 begins a word (建设中标公告,
// 改造中心); something is told of the work (在平台建设中，…); or a notice says when it
// will be.
var (
	staysAlone = lazyregexp.New(`^\s*(?:$|[^\p{Han}\pN\s]|请|敬|暂|无法|不能|稍|预计|给您)`)
	toldOf     = lazyregexp.New(`(?:(?:^|[^现])在|从|对|将|随着)[^，,；;：:]*$`)
	dated      = lazyregexp.New(`\pN\s*(?:月|日|号|时|点)`)
)

// failing is the longest statement in text that the site is in trouble.
func failing(text string) (longest string) {
	longest = anyOf(errorTexts)(text)
	plain := simplified.Replace(text)
	for _, at := range failings.FindAllStringIndex(plain, 8) {
		if staysAlone.MatchString(plain[at[1]:]) && !toldOf.MatchString(plain[:at[0]]) && !dated.MatchString(plain[:at[0]]) {
			longest = longer(longest, text, at)
		}
	}
	for _, at := range failingsAbroad.FindAllStringIndex(text, 8) {
		if isSentence(text, at[0], at[1]) {
			longest = longer(longest, text, at)
		}
	}
	return longest
}

// longer is what stands in text at a place where that is longer than s, and is not
// spoken of; s else.
func longer(s, text string, at []int) string {
	if at[1]-at[0] > len(s) && !isSpokenOf(text, at[0], at[1]) {
		return text[at[0]:at[1]]
	}
	return s
}
