package portaltest

import "strings"

// stream is a row of numbers: SplitMix64 (Steele, Lea, Flood 2014).
type stream uint64

// seed starts the stream of an article's number. The number is mixed first: the
// streams of neighbours would be one stream, a step apart.
func seed(n int) stream { return stream(mix(uint64(n))) }

func (s *stream) below(n int) int {
	*s += 0x9e3779b97f4a7c15
	return int(mix(uint64(*s)) % uint64(n))
}

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// appendTitle appends the title that an article's number gives it.
func appendTitle(b []byte, n int) []byte {
	s := seed(-n)
	b = append(b, loadTowns[s.below(len(loadTowns))]...)
	b = append(b, loadVillages[s.below(len(loadVillages))]...)
	for range 3 {
		b = append(b, loadWords[s.below(len(loadWords))]...)
	}
	return append(b, loadEnds[s.below(len(loadEnds))]...)
}

// loadBody makes up five to eight paragraphs, about 1,300 characters. Words
// follow each other at random, so that no two articles are alike by chance: a
// small store of sentences would make every article the reprint of another.
func loadBody(s *stream) []string {
	body := make([]string, 5+s.below(4))
	for i := range body {
		var b strings.Builder
		b.Grow(800)
		for range 4 + s.below(3) {
			for clause := range 2 + s.below(2) {
				if clause > 0 {
					b.WriteString("，")
				}
				for range 4 + s.below(4) {
					b.WriteString(loadWords[s.below(len(loadWords))])
				}
			}
			b.WriteString("。")
		}
		body[i] = b.String()
	}
	return body
}

var loadSources = []string{"云溪县融媒体中心", "云溪县人民政府办公室", "县农业农村局", "县教育局", "县交通运输局", "县水利局", "县卫生健康局", "县民政局"}

var loadTowns = []string{"青石镇", "柳塘镇", "白鹭乡", "望江岭镇", "石桥乡", "枫林镇", "栖霞镇", "大坪乡", "清溪镇", "龙门乡", "双河镇", "竹山乡"}

var loadVillages = []string{"上河村", "枫桥村", "新屋村", "沙洲村", "老街社区", "岭下村", "塘湾村", "石坝村", "桃源村", "渡口村", "茶园村", "桥头社区", "松岗村", "南山村", "水口村", "梅岭村"}

var loadEnds = []string{"取得实效", "工作有序推进", "现场会召开", "惠及千家万户", "全面铺开", "按期完工", "培训班开班", "专项检查启动", "受到群众好评", "进入收尾阶段"}

var loadWords = strings.Fields(`
推进 建设 服务 群众 项目 发展 乡村 振兴 产业 农业 水利 灌溉 道路 桥梁 交通 教育 学校 教师 学生 医疗 卫生 健康 养老 社区 村民 干部
组织 开展 活动 宣传 培训 技术 专家 指导 种植 水稻 茶叶 油菜 柑橘 蔬菜 大棚 合作 农户 收入 增长 投资 企业 园区 招商 签约 开工 竣工 验收
安全 生产 检查 隐患 排查 整改 消防 防汛 抗旱 应急 演练 值班 预案 水库 河道 堤防 巡查 保护 生态 环境 绿化 植树 森林 防火 垃圾 分类 污水
处理 清洁 整治 村容 文明 实践 志愿 队伍 讲堂 图书 阅读 文化 广场 演出 体育 比赛 健身 旅游 民宿 景区 游客 节庆 传统 手艺 展示 非遗 保障
就业 岗位 招聘 创业 贷款 补贴 社保 医保 缴费 救助 低保 残疾 儿童 关爱 老人 食堂 送餐 家庭 医生 签约 体检 疫苗 门诊 药品 价格 市场 监管
食品 质量 抽检 消费 维权 投诉 热线 窗口 审批 简化 流程 网上 办理 证照 电子 数据 平台 智能 网络 信号 基站 电力 线路 改造 供水 管网 燃气
住房 危房 搬迁 安置 小区 电梯 加装 物业 停车 车位 公交 线网 站点 校车 路灯 照明 街道 店铺 夜市 摊位 规范 秩序 执法 法律 援助 调解 纠纷
平安 巡逻 反诈 讲座 统计 调查 普查 规划 编制 评审 资金 预算 审计 公开 监督 建议 提案 答复 座谈 调研 走访 慰问 表彰 先进 典型 经验 交流
学习 主题 会议 部署 任务 目标 责任 落实 进度 通报 考核 机制 联动 协调 配合 支持 参与 共建 共享 示范 试点 推广 提升 改善 完善 加快 确保
`)
