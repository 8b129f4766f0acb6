package bot

// Chat is what a door where people talk says besides an answer, in one
// language. Formats are marked with what they take.
type Chat struct {
	Looking  string // while an answer is looked for
	Hello    string
	Welcome  string // to thanks
	Help     string // format: how the bot is addressed
	Empty    string // to a mention without a question
	Prompts  string // over questions to begin with
	Apology  string // for a question whose answer a restart delayed too long
	Failed   string // format: number under which the log has the failure
	TimedOut string

	ButtonFailed string // format: number under which the log has the failure

	TooLong string // format: most characters
	Gone    string // the document set for this place is not there any more
	Unsaved string // a question that could not be written down
	Unread  string // notice: what was said before could not be read
	NoModel string // notice: the language model failed

	NoPlace  string // the bot is not open in this channel
	NoPerson string // the person may not ask in this channel
	NoShare  string // what is shown to one person cannot be shared any more

	Context, Page, Table, CSV, Share, MoreSources string // buttons; MoreSources is a format: how many
	PassageTitle, SourcesTitle, TableTitle, Close string
	TableCut                                      string // format: rows shown, rows there are
	SharedBy                                      string // format: who shared it

	Useful, Useless, WrongNumber, WrongSource, NotInReport, Feedback string
	Noted                                                            string // to feedback
	Forgotten                                                        string // feedback on an answer that is not recorded any more

	CheckTitle, Supported, Contradicted, Unsupported, NothingToCheck string
	NoCheck                                                          string // this program cannot check statements
	ReportSays                                                       string

	SettingsTitle, Save, Document, AllDocuments, Language, AnyLanguage string
	FollowUp, FollowAuto, FollowAlways, FollowMention, FollowNever     string
	Who, WhoHint, Saved, Locked, NoAdmin                               string
}

// ChatFor returns the wording of a language, as WordingFor does.
func ChatFor(language string) Chat {
	if language == English || len(language) > 2 && language[:3] == "en-" {
		return chatEnglish()
	}
	return chatChinese()
}

func chatChinese() Chat {
	return Chat{
		Looking: "正在查阅报告…",
		Hello:   "你好，我回答关于研究报告的问题，逐句给出处。",
		Welcome: "不客气。",
		Help: "我回答关于研究报告的问题，逐句给出处，报告里没有的会直说。\n" +
			"• 在频道里提问：%s 加上你的问题；在讨论串里可以直接追问\n" +
			"• 只给自己看：/yanbao 加上你的问题，满意了再分享\n" +
			"• 核对别人的说法：在那条消息的“更多操作”里选“与报告核对 Check it”\n" +
			"• 本频道的设置：/yanbao settings",
		Empty: "想问什么？把问题写在提及我的同一条消息里。", Prompts: "可以这样开始",
		Apology:      "抱歉，程序重启耽误了这个问题，没有及时回答。如果还需要，请再问一次。",
		Failed:       "抱歉，回答时出了内部错误（编号 %s）。请稍后再问；如再出现，请把编号告诉管理员。",
		ButtonFailed: "抱歉，这个操作没有成功（编号 %s）。请再试一次；如再出现，请把编号告诉管理员。",
		TimedOut:     "抱歉，在时限内没有得出答案。请换个更具体的问法再试。",
		TooLong:      "问题太长，最多 %d 个字，请精简后再问。",
		Gone:         "本频道指定的报告已不在库中。请用 /yanbao settings 另选一份。",
		Unsaved:      "抱歉，现在无法记下这个问题（本机存储出错），没有回答。请稍后再问，并告知管理员。",
		Unread:       "未能读回本讨论串之前的内容，此答只根据这一个问题。",
		NoModel:      "语言模型暂时不可用，此答直接摘自报告原句。",
		NoPlace:      "本频道没有开放研报问答。", NoPerson: "按本频道的设置，你不能在这里提问。可以私信我。",
		NoShare: "这条回答已不能分享，请再问一次。",
		Context: "上下文", Page: "阅读页", Table: "整张表", CSV: "发送 CSV", Share: "分享到频道", MoreSources: "另有 %d 条出处",
		PassageTitle: "原文上下文", SourcesTitle: "全部出处", TableTitle: "表格", Close: "关闭",
		TableCut: "此处只显示 %d 行，共 %d 行；全部内容请发送 CSV。", SharedBy: "由 %s 分享",
		Useful: "有用", Useless: "没用", WrongNumber: "数字不对", WrongSource: "出处不对", NotInReport: "报告里没有", Feedback: "反馈",
		Noted: "已记下，谢谢。", Forgotten: "这条回答已不在记录中，反馈未能保存。",
		CheckTitle: "与报告核对", Supported: "报告支持", Contradicted: "与报告不符", Unsupported: "报告中没有依据",
		NothingToCheck: "这条消息里没有可以核对的说法。", NoCheck: "这个程序还不能核对说法。", ReportSays: "报告的说法",
		SettingsTitle: "研报设置", Save: "保存", Document: "回答所依据的报告", AllDocuments: "全部报告", Language: "回答语言", AnyLanguage: "随提问的语言",
		FollowUp: "讨论串里没有提及我的消息", FollowAuto: "只在我回答过且没有叫别人时回答", FollowAlways: "在我参与的讨论串里都回答",
		FollowMention: "提及我时才回答", FollowNever: "不当作追问",
		Who: "谁可以提问", WhoHint: "不选表示所有人", Saved: "本频道的设置已保存。", Locked: "本频道的设置由管理员的文件规定，不能在这里更改。",
		NoAdmin: "只有管理员可以更改本频道的设置。",
	}
}

func chatEnglish() Chat {
	return Chat{
		Looking: "Looking it up in the report…",
		Hello:   "Hello. I answer questions about research reports and give the source of every sentence.",
		Welcome: "You are welcome.",
		Help: "I answer questions about research reports, every sentence with its source, and say so when the report does not hold it.\n" +
			"• In a channel: %s and your question; in the thread just go on asking\n" +
			"• For your eyes only: /yanbao and your question; share it when you like it\n" +
			"• Check what somebody wrote: “与报告核对 Check it” under “More actions” of that message\n" +
			"• Settings of a channel: /yanbao settings",
		Empty: "What would you like to know? Put the question into the message that mentions me.", Prompts: "To begin with",
		Apology:      "Sorry, a restart held this question up and it was not answered in time. Please ask again if you still need it.",
		Failed:       "Sorry, something failed inside while answering (number %s). Please try again later; if it comes back, tell the administrator the number.",
		ButtonFailed: "Sorry, that did not work (number %s). Please try again; if it comes back, tell the administrator the number.",
		TimedOut:     "Sorry, there was no answer in time. Please try a more specific question.",
		TooLong:      "The question is too long: at most %d characters, please.",
		Gone:         "The report set for this channel is not in the library any more. Choose another with /yanbao settings.",
		Unsaved:      "Sorry, this question could not be written down (local storage failed) and was not answered. Please ask later, and tell the administrator.",
		Unread:       "What was said in this thread before could not be read; this answers the one question by itself.",
		NoModel:      "The language model is not available; this answer quotes the report directly.",
		NoPlace:      "Questions about reports are not open in this channel.", NoPerson: "The settings of this channel do not let you ask here. You can ask me in a direct message.",
		NoShare: "This answer cannot be shared any more, please ask again.",
		Context: "In context", Page: "Open page", Table: "Whole table", CSV: "Send CSV", Share: "Share in channel", MoreSources: "%d more sources",
		PassageTitle: "Passage in context", SourcesTitle: "All sources", TableTitle: "Table", Close: "Close",
		TableCut: "Shows %d of %d rows; send the CSV for all.", SharedBy: "shared by %s",
		Useful: "Useful", Useless: "Not useful", WrongNumber: "Wrong number", WrongSource: "Wrong source", NotInReport: "Not in the report", Feedback: "Feedback",
		Noted: "Noted, thank you.", Forgotten: "This answer is not on record any more; the feedback was not kept.",
		CheckTitle: "Checked against the report", Supported: "The report supports it", Contradicted: "The report says otherwise", Unsupported: "The report does not say",
		NothingToCheck: "There is nothing to check in this message.", NoCheck: "This program cannot check statements yet.", ReportSays: "The report says",
		SettingsTitle: "Yanbao settings", Save: "Save", Document: "Report to answer from", AllDocuments: "All reports", Language: "Language of answers", AnyLanguage: "That of the question",
		FollowUp: "Replies in threads that do not mention me", FollowAuto: "Answer where I answered and nobody else is addressed", FollowAlways: "Answer in every thread I take part in",
		FollowMention: "Answer only when mentioned", FollowNever: "Never treat as a follow-up",
		Who: "Who may ask", WhoHint: "Nobody selected means everybody", Saved: "The settings of this channel are saved.", Locked: "A file of the administrator sets this channel; it cannot be changed here.",
		NoAdmin: "Only administrators may change the settings of this channel.",
	}
}
