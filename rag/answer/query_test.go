package answer_test

// queryCases put questions to several rows of a table at once.
func queryCases() []wayCase {
	return []wayCase{
		{name: "above a bound", question: "2023年营收超过5亿元的企业有哪些？", want: []string{"青穗农科", "云圃智造", "北田光源", "12.6亿元"}, not: []string{"澄叶"}},
		{name: "above a bound, counted", question: "营收5亿元以上的企业有几家？", want: []string{"共3家"}, not: []string{"澄叶"}, first: "共3家"},
		{name: "below a bound", question: "营收不到8亿元的企业有哪些？", want: []string{"北田光源", "澄叶鲜蔬"}, not: []string{"云圃", "青穗"}},
		{name: "between bounds", question: "营收在7亿到10亿之间的企业有哪些？", want: []string{"云圃智造", "北田光源"}, not: []string{"青穗", "澄叶"}},
		{name: "bound nobody meets", question: "营收超过50亿元的企业有哪些？", not: []string{"青穗农科（", "云圃智造（"}},
		{name: "places of a ranking", question: "排名第二到第三的企业是哪些？", want: []string{"云圃智造", "北田光源"}, not: []string{"青穗", "澄叶"}},
		{name: "last place", question: "营收排名倒数第一的企业是谁？", want: []string{"澄叶鲜蔬"}, not: []string{"青穗"}},
		{name: "order, greatest first", question: "把四家企业按2023年营收从高到低排一下", first: "青穗农科（12.6亿元）", claims: 4},
		{name: "order, least first", question: "四家企业按2023年营收从低到高怎么排？", first: "澄叶鲜蔬（4.3亿元）", claims: 4},
		{name: "order of merged cells", question: "两项一级指标按赋分总分从高到低怎么排？", first: "种植能力（26分）", claims: 2},
		{name: "order, first two", question: "企业按营收从高到低排，前两名是谁？", first: "青穗农科", claims: 2},
		{name: "both ends", question: "营收最高和最低的企业分别是哪家？", want: []string{"青穗农科", "澄叶鲜蔬"}, not: []string{"北田"}},
		{name: "share of the total", question: "青穗农科占四家企业营收合计的比例是多少？", want: []string{"37.28%"}, formula: "12.6亿元÷33.8亿元"},
		{name: "share of the merged cell", question: "光配方在种植能力的赋分里占多大比例？", want: []string{"46.15%"}, formula: "12分÷26分"},
		{name: "difference of rows", question: "青穗农科的营收比云圃智造高多少？", want: []string{"2.8亿元"}, formula: "12.6亿元−9.8亿元"},
		{name: "difference of merged cells", question: "种植能力的赋分比工程能力高多少？", want: []string{"5分"}, formula: "26分−21分=5分"},
		{name: "ratio of rows", question: "青穗农科的营收是澄叶鲜蔬的几倍？", want: []string{"2.93倍"}, formula: "12.6亿元÷4.3亿元"},
		{name: "mean", question: "四家企业的平均营收是多少？", want: []string{"8.45亿元"}},
		{name: "kinds counted", question: "能力指标体系一共有多少个二级指标？", want: []string{"共5个"}},
		{name: "earliest document", question: "最早发布的文件是哪一份？", want: []string{"植物工厂建设通则", "2021.06"}, not: []string{"能效分级"}},
		{name: "earliest and latest document", question: "最早和最新的文件分别是哪份？", want: []string{"植物工厂建设通则", "能效分级办法"}, not: []string{"用电指引"}},
		{name: "item of a cell", question: "哪些企业的主要产品有生菜？", want: []string{"青穗农科", "澄叶鲜蔬"}, not: []string{"云圃"}},
		{name: "one cell", question: "云圃智造的营收是多少？", want: []string{"9.8亿元"}, not: []string{"12.6"}},
	}
}

// workedCases work a value out of what sentences state, and answer questions
// of several parts.
func workedCases() []wayCase {
	return []wayCase{
		{name: "share of what is listed", question: "叶菜和草莓加起来占市场的几成？", want: []string{"47%"}, formula: "35%+12%=47%"},
		{name: "points between shares", question: "叶菜的占比比草莓高几个百分点？", want: []string{"23个百分点"}, formula: "35%−12%"},
		{name: "amount of a share", question: "按2023年的市场规模乘占比推算，草莓值多少亿元？", want: []string{"10.37亿元"}},
		{name: "what is left", question: "叶菜以外的品类占多少比例？", want: []string{"65%"}},
		{name: "yes", question: "青穗农科的总部在合肥吗？", first: "是："},
		{name: "no", question: "云圃智造的总部在厦门吗？", first: "否：", want: []string{"苏州"}},
		{name: "no to a number", question: "2023年植物工厂市场规模是90亿元，对吗？", first: "否：", want: []string{"86.4亿元"}},
		{name: "neither, where the report does not say", question: "云圃智造的员工都住在苏州吗？", not: []string{"是：", "否："}},
		{name: "years of two digits", question: "23年植物工厂的市场规模是多少？", want: []string{"86.4亿元"}},
		{name: "two parts, one row", question: "植协发〔2023〕17号是哪份文件？什么时候发布的？", want: []string{"能效分级办法", "2023.10"}},
		{name: "two parts, two places", question: "2023年市场规模是多少？青穗农科的研发人员有多少名？", want: []string{"86.4亿元", "260名"}},
		{name: "part that is not there", question: "青穗农科2023年研发投入是多少？净利润是多少？", want: []string{"1.5亿元"}},
		{name: "nothing worked out of unlike things", question: "2023年植物工厂的净利率是多少？", not: []string{"÷", "×"}},
	}
}
