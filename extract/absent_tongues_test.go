package extract_test

import (
	"fmt"
	"testing"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Portals say in every language that a page is not there, or that they are being
// mended; what only speaks of it is an article.
func TestTroubleInOtherWords(t *testing.T) {
	for _, c := range []struct {
		lang, title, text string
		trouble           archive.Trouble
	}{
		{"de", "Seite nicht gefunden - Landkreis Muster", "Die von Ihnen gewünschte Seite konnte leider nicht gefunden werden.", archive.TroubleSoft404},
		{"de", "Landkreis Muster", "Die aufgerufene Seite existiert nicht mehr. Bitte nutzen Sie die Suche.", archive.TroubleSoft404},
		{"fr", "Page non trouvée - Mairie d’Exemple", "La page que vous recherchez n’existe pas ou a été supprimée.", archive.TroubleSoft404},
		{"fr", "Mairie d’Exemple", "Cette page est introuvable.", archive.TroubleSoft404},
		{"es", "Ayuntamiento de Villaejemplo", "La página solicitada no existe.", archive.TroubleSoft404},
		{"it", "Pagina non trovata", "La pagina richiesta non è stata trovata.", archive.TroubleSoft404},
		{"pt", "Página não encontrada", "A página que procura não existe.", archive.TroubleSoft404},
		{"ja", "ページが見つかりません | 青葉市", "お探しのページは、削除されたか、名前が変更された可能性があります。", archive.TroubleSoft404},
		{"ko", "산천군청", "요청하신 페이지를 찾을 수 없습니다.", archive.TroubleSoft404},
		{"vi", "Cổng thông tin điện tử", "Trang bạn tìm không tồn tại.", archive.TroubleSoft404},
		{"zh-Hant", "桃山鄉公所", "很抱歉，您所查詢的網頁不存在或已移除。", archive.TroubleSoft404},
		{"zh-Hant", "找不到網頁", "請返回首頁。", archive.TroubleSoft404},
		{"zh-Hant", "系統訊息", "系統維護中，請稍後再試。", archive.TroubleError},
		{"zh", "系统维护公告", "尊敬的用户：为了给您提供更好的服务，本网站正在进行升级维护，维护期间暂停访问，给您带来的不便敬请谅解！", archive.TroubleError},
		{"zh", "网站升级维护中", "请稍后访问。", archive.TroubleError},
		{"zh", "云溪县人民政府", "门户网站系统升级改造中，敬请期待。", archive.TroubleError},
		{"zh", "云溪县人民政府", "网站建设中……", archive.TroubleError},
		{"zh", "云溪县人民政府", "网站维护中请稍后访问", archive.TroubleError},
		{"zh", "云溪县人民政府", "由于系统升级维护中，暂时无法访问", archive.TroubleError},
		{"de", "Landkreis Muster", "Leider wurde die Seite nicht gefunden.", archive.TroubleSoft404},
		{"fr", "Mairie d’Exemple", "Notre site est actuellement en maintenance.", archive.TroubleError},
		{"ja", "青葉市", "ただいまメンテナンス中のため、ご利用いただけません。", archive.TroubleError},
		{"en", "Ashford County", "Our website is currently down for maintenance.", archive.TroubleError},

		{"zh", "我县门户网站改版征求意见", "为进一步提升服务水平，县政府门户网站正在进行改版升级，现面向社会公开征求意见建议，请于6月30日前反馈至县政府办公室。", ""},
		{"zh", "政务服务系统升级公告", "因政务服务系统升级需要，定于11月8日20时至24时暂停服务，请办事群众提前安排。", ""},
		{"zh-Hant", "網站改版公告", "本所網站預定於115年10月1日改版上線，部分舊有連結將同步調整，如有不便之處敬請見諒。", ""},
		{"de", "Neue Internetseite des Landkreises", "Die Internetseite des Landkreises ist neu gestaltet. Wer eine Seite nicht gefunden hat, kann sich an die Pressestelle wenden und erhält dort Auskunft über den neuen Ort.", ""},
		{"fr", "Nouveau site de la commune", "Le site de la commune a changé d’adresse. Les habitants peuvent signaler les pages introuvables au secrétariat de la mairie, ouvert du lundi au vendredi.", ""},
		{"ja", "ホームページのリニューアルについて", "市のホームページを11月1日にリニューアルします。これまでのページが移動しますので、ブックマークの変更をお願いいたします。", ""},
	} {
		html := `<html lang="` + c.lang + `"><head><meta charset="utf-8"><title>` + c.title + `</title></head><body><div><a href="/">` + c.lang + `</a></div><div><h1>` + c.title + `</h1><p>` + c.text + `</p></div></body></html>`
		if r := open(t, extract.Input{URL: "https://www.example.org/x/1.html", Payload: []byte(html)}).Reading(); r.Trouble != c.trouble {
			t.Errorf("%s %s: trouble %q, want %q: %s", c.lang, c.title, r.Trouble, c.trouble, r.Signature)
		}
	}
}

// What holds such words as parts of others, and what speaks of them, is no trouble.
func TestNoTroubleInOtherWords(t *testing.T) {
	const picture = `<p><img src="/f/1.jpg"></p>`
	const info = `<div class="info">发布时间：2026-11-08 10:20 来源：青溪县融媒体中心</div>`
	for _, c := range []struct{ title, above, text, below string }{
		{"青溪县门户网站升级改造中标公告", `<div>当前位置：<a href="/">首页</a> &gt; <a href="/zb/">中标公告</a> &gt; 青溪县门户网站升级改造中标公告</div>`, info + picture, ""},
		{"关于路灯的公告", "", info + picture, `<div>上一篇：县政务平台建设中标公告</div>`},
		{"关于路灯的公告", "", info + picture, `<div>下一篇：县智慧平台建设中心揭牌</div>`},
		{"门户网站建设中标公告", "", "<p>青溪县门户网站建设中标单位为某某科技公司。</p>", ""},
		{"青溪县政务服务平台升级改造中标公告", "", "<p>平台升级改造中标单位：某某公司。</p><p>公示期三天。</p>", ""},
		{"关于停机的通知", "", "<p>因平台正在升级，11月8日20时至24时暂停服务，请群众错峰办理。</p>", ""},
		{"关于停机的通知", "", "<p>11月8日20时至24时因平台正在升级，暂停服务，请群众错峰办理。</p>", ""},
		{"关于停机的通知", "", "<p>因平台正在升级，十一月八日晚暂停服务，请群众错峰办理。</p>", ""},
		{"工作简讯", "", "<p>在政务服务平台建设中，县数据局走在前列。</p>", ""},
		{"公告", "", "<p>您查询的信息不存在时，请到窗口咨询。</p>", ""},
		{"Hinweise zum Formular", "", "<p>Wer eine Seite nicht gefunden hat, meldet sich bitte.</p>", ""},
		{"Hinweise zum Formular", "", "<p>Die Rückseite ist nicht vorhanden.</p>", ""},
		{"Sanierung", "", "<p>Die Ostseite wird derzeit gewartet.</p>", ""},
		{"Tip", "", "<p>The recycling site is currently under maintenance.</p>", ""},
		{"Agenda", "", "<p>Une visite en maintenance du réseau.</p>", ""},
		{"お知らせ", "", "<p>添付ファイルはありません。</p>", ""},
		{"お知らせ", "", "<p>次のページはありません。</p>", ""},
		{"お知らせ", "", "<p>市民プールは現在メンテナンス中です。</p>", ""},
		{"공지사항", "", "<p>다음 게시물이 없습니다.</p>", ""},
		{"공지사항", "", "<p>등록된 게시글이 없습니다.</p>", ""},
		{"Thông báo", "", "<p>Không tìm thấy trang trại.</p>", ""},
		{"Thông báo", "", "<p>Thời trang không tồn tại.</p>", ""},
	} {
		page := fmt.Sprintf(qingxiPage, c.title+"_青溪县人民政府", c.above+`<div class="wrap"><h1>`+c.title+`</h1><div class="content">`+c.text+`</div>`+c.below+`</div>`)
		if r := open(t, extract.Input{URL: "https://www.example.org/x/1.html", Payload: []byte(page)}).Reading(); r.Trouble != "" {
			t.Errorf("%s %s: trouble %q: %s", c.title, c.text, r.Trouble, r.Signature)
		}
	}
}
