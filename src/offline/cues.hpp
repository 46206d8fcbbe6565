// The phrases of the lexicon: data, no code.  In lower case, with contractions written out ("i am",
// "do not") and without the adverbs that ToWords leaves out.

#pragma once

#include <array>

#include "offline/lexicon.hpp"

namespace soulprint {

inline constexpr auto kCueLists = std::to_array<CueList>({
    {Cue::kIdentity, 3, Category::kPerson,
     "@ am from|i come from|@ grew up|i was born|i work at|i work for|i work in|i work from|"
     "i work with|i work on site|i work nights|i work part|i work full|i work remotely|my job is|"
     "my profession|my occupation|i teach|i have worked|i have lived|years old|year old|my age|"
     "i turned|my birthday|i am single|i am married|i am divorced|i am widowed|i am engaged|"
     "i am retired|i am unemployed|我来自|我出生|我的工作是|我已婚|我单身|我离婚|我退休|我毕业|"
     "我是一名|我是一个|我是个|我是一位|我在一家|我目前在|我老家|i moved"},
    {Cue::kBeing, 2, Category::kPerson,
     "i am a|i am an|i was a|i was an|as a|as an|being a|being an|i am more of a|i am the|我性格|"
     "我的性格|我比较|我很内向|我内向"},
    {Cue::kKin, 1.5, Category::kPerson,
     "nippers|grommets|parents|grandparents|cousins|nieces|nephews|in-laws|mother-in-law|"
     "father-in-law|family|friends|roommates|housemate|neighbor+|neighbour+|colleagues|coworker+|"
     "manager|mentor|therapist|coach|pet|mate+|爷爷|奶奶|外婆|外公|家人|朋友|室友|同事|老板|上司|"
     "我的狗|我的猫|小狗|小猫|宠物"},
    {Cue::kHealth, 2, Category::kPerson,
     "diagnosed|adhd|autistic|autism|dyslexic|dyslexia|diabetes|diabetic|asthma|depression|"
     "anxiety|ptsd|cancer|hiv|migraine+|arthritis|insomnia|celiac|chronic|injury|injured|"
     "injuries|surgery|hospital|flu|fever|dengue|sick|ill|my back|my knee+|my shoulder|my heart|"
     "my skin|my stomach|my head|my health|my weight|my height|sore|hurts|pain|aches|aching|"
     "stiff|doctor|dentist|medication|prescribed|therapy|disabled|wheelchair|blind|colorblind|"
     "left-handed|sober|quit smoking|overweight|lost weight|过敏|医院|医生|生病|感冒|失眠|抑郁|"
     "焦虑症|糖尿病|高血压|手术|体重|身体有些|身体不|腰疼|头疼|胃"},
    {Cue::kDiet, 2, Category::kPreferences,
     "gluten|lactose|allergic|allergy|allergies|intolerant|halal|kosher|diet|i do not eat|"
     "i can not eat|i never eat|i do not drink|i can not drink|dairy-free|gluten-free|吃素|忌口|"
     "不吃|不能吃"},
    {Cue::kTaste, 2, Category::kPreferences,
     "@ love|@ like|i have always loved|i have always liked|@ enjoy|i enjoyed|@ loved|i liked|"
     "i hate|i do not like|@ prefer|i would rather|i miss|i admire|favorite+|fan of|i am into|"
     "obsessed with|addicted to|passionate|passion|hobby|hobbies|interested in|fascinated|"
     "keen on|fond of|in love with|crave|foodie|sweet tooth|guilty pleasure|appeals to me|"
     "helps me relax|makes me happy|brings me joy|my thing|scared of|afraid of|terrified of|喜欢|"
     "我爱|热爱|我最爱|爱好|兴趣|迷上|享受|爱听|爱看|爱吃|爱喝|偏爱|钟爱|我更倾向|我想念|害怕"},
    {Cue::kDislike, 2, Category::kPreferences,
     "@ hate|i dislike|i do not like|i do not enjoy|i do not love|i can not stand|i despise|"
     "pet peeve|drives me crazy|drives me nuts|not a fan|i am not into|allergic to|讨厌|不喜欢|"
     "不吃"},
    {Cue::kHabit, 1.5, Category::kPreferences,
     "always|usually|often|every day|everyday|every morning|every night|every evening|"
     "every afternoon|every weekend|every week|every month|every year|every summer|every winter|"
     "every monday|every tuesday|every wednesday|every thursday|every friday|every saturday|"
     "every sunday|every other|each day|each morning|each week|each night|daily|weekly|twice a|"
     "once a|times a|a day|a week|on the weekend|on weekdays|mondays|tuesdays|wednesdays|"
     "thursdays|fridays|saturdays|sundays|weekends|mornings|evenings|most days|most nights|"
     "regularly|frequently|constantly|rarely|hardly|seldom|@ never|i tend to|i am used to|"
     "sometimes|routine|@ go|i play|i read|i watch|i drink|i eat|i cook|i wake|i get up|i sleep|"
     "i smoke|i train|i commute|i drive|i ride|i study|i practice|i write|i listen|i collect|"
     "i volunteer|i keep|@ spend|i make|whenever i|non-negotiable|sacred|since i was|for years|"
     "for the past|for over|for about|my typical|free time|spare time|我常|经常|我通常|每天|每周|"
     "每个周末|周末会|一直|习惯|有时我|有时候|我从不|我很少|总是"},
    {Cue::kWish, 0.5, Category::kProjects,
     "@ would like to|@ would love to|i wish|@ hope to|i have always wanted|@ am hoping to|"
     "i look forward|@ am looking forward|can not wait to|@ am keen to|@ want|i need|我想|我希望|"
     "我也希望|想要|期待|梦想"},
    {Cue::kPlan, 1.5, Category::kProjects,
     "my goal+|our goal|main goal|my dream|our dream|dream of|dreaming of|bucket list|@ plan to|"
     "@ am planning|i have been planning|i intend to|i aim to|i am aiming|aiming for|@ am saving|"
     "saving up|i am training|training for|preparing for|i am preparing|@ am working on|"
     "i have been working on|@ am building|i have been building|i am writing|i have been writing|"
     "i am learning|i have been learning|trying to learn|i want to learn|want to become|"
     "would like to become|i am studying|i am taking|i am developing|@ am launching|"
     "@ am starting|@ am renovating|i am organizing|@ am going to|@ will be|i am applying|"
     "looking for a new job|thinking of|thinking about|considering|my project|our project|"
     "my startup|my business|my novel|my book|my blog|my thesis|my dissertation|my app|"
     "my website|my channel|my podcast|my budget|our budget|my trip|our trip|trip to|holiday|"
     "vacation|wedding|marathon|retire|honeymoon|我计划|打算|计划去|我准备|我正在|我在学|正在学|"
     "我的目标|学习一门|考虑去|找工作"},
    {Cue::kDecision, 2, Category::kDecisions,
     "@ decided|@ have decided|@ chose|@ have chosen|@ picked|@ switched|i have switched|"
     "made up my mind|@ settled on|i am sticking with|@ ended up|i signed up|i have signed up|"
     "i enrolled|i have enrolled|i committed|i turned down|i accepted|决定|我选择"},
    {Cue::kEnd, 2, Category::kPreferences,
     "no longer|anymore|any more|any longer|@ used to|@ stopped|i have stopped|i quit|"
     "i have quit|i gave up|i have given up|@ broke up|not into it|不再|已经不|戒|放弃了|辞职|"
     "分手"},
    {Cue::kEvent, 1.5, Category::kDates,
     "got married|getting married|get married|divorced|broke up|engaged|gave birth|was born|"
     "passed away|died|funeral|graduated|graduating|i studied|i majored|degree|phd|master s|"
     "bachelor s|diploma|started|joined|hired|got the job|new job|promoted|promotion|laid off|"
     "fired|i quit|interview|bought|@ sold|adopted|rescued|@ won|@ lost|i passed|i failed|"
     "i finished|completed|@ built|i wrote|published|i painted|@ made|i baked|i cooked|@ went|"
     "@ visited|@ traveled|i travelled|@ took|i tried|i ran|@ attended|@ met|@ saw|@ got|"
     "i learned|i learnt|i discovered|i found|@ have been|i volunteered|i performed|"
     "i participated|celebrated|anniversary|birthday|accident|exam|appointment|deadline|"
     "competition|tournament|concert|festival|camping|road trip|结婚|毕业|搬到|搬家|生日|考试|"
     "面试|我去了|我买了|我读了|我看了|我参加|通过了|学会了|我做了|养了|找到了"},
    {Cue::kBelief, 2, Category::kBeliefs,
     "@ believe|i have always believed|i do not believe|@ value|my faith|my religion|my values|"
     "i am religious|important to me|matters to me|means a lot to me|means the world to me|"
     "means so much to me|comes first|i am against|i support|i vote|i am convinced|i care about|"
     "care deeply|my philosophy|my principle|in my opinion|in my view|i think people|"
     "i feel strongly|is everything|pray|prayers|church|mosque|temple|christian|muslim|jewish|"
     "buddhist|hindu|catholic|atheist|我相信|我认为人|我觉得人|信仰|最重要"},
    {Cue::kSkill, 1.5, Category::kPerson,
     "i am bad at|i am terrible at|i am great at|good at|i know how to|i do not know how to|"
     "i can speak|i can play|i struggle|i have trouble|i find it hard|i find it difficult|"
     "i find it easy|i am fluent|fluent in|experience in|years of experience|i have experience|"
     "skills|beginner|certified|licensed|license|my strength|my weakness|i am comfortable|"
     "biggest challenge|my biggest|my main|my problem is|i am worried about|i worry about|"
     "i am learning|我擅长|我不擅长|我会弹|我会做"},
    {Cue::kWork, 1, Category::kPerson,
     "job|work|career|office|company|business|client+|customers|shift+|overtime|salary|income|"
     "savings|mortgage|loan|debt|rent|budget|school|college|university|class|classes|course+|"
     "exams|teacher|student+|professor|project+|site|@ have a|@ have an|@ have two|@ have three|"
     "i have four|@ have got|i do have|@ have no|my car|my bike|my house|my home|our house|"
     "our home|my apartment|our apartment|my garden|our garden|my phone|my truck|my boat|"
     "my motor|hometown|my city|my country|工作|公司|学校|大学|专业|课程|老师|我有"},
    {Cue::kThing, 1, Category::kPreferences,
     "music|guitar|piano|violin|drums|singing|choir|band|jazz|rock|songs|playlist|dancing|dance|"
     "ballet|painting|drawing|sketching|photography|camera|pottery|knitting|sewing|crochet|"
     "crafts|gardening|plants|flowers|cooking|cook|baking|recipes|coffee|tea|wine|beer|chocolate|"
     "pizza|sushi|pasta|seafood|hot pot|barbecue|bbq+|steak|spicy|hiking|hike+|climbing|"
     "bouldering|running|run|jogging|cycling|bike|biking|swimming|swim|surfing|surf+|sailing|"
     "fishing|skiing|snowboarding|skating|skateboarding|yoga|pilates|meditation|gym|workout+|"
     "lifting|crossfit|boxing|karate|soccer|football|basketball|tennis|golf|baseball|volleyball|"
     "badminton|chess|puzzles|games|gaming|anime|manga|movie+|films|theater|theatre|books|"
     "reading|novel+|poetry|poems|writing|journaling|blogging|history|science|astronomy|stars|"
     "travel|traveling|travelling|beach|mountains|nature|forest|ocean|birds|birdwatching|animals|"
     "volunteering|woodworking|cars|motorcycles|trains|fashion|makeup|languages|spanish|french|"
     "german|italian|japanese|chinese|korean|english|video|essay|音乐|吉他|钢琴|唱歌|跳舞|街舞|"
     "舞蹈|画画|绘画|摄影|做饭|烹饪|烘焙|咖啡|茶|徒步|登山|攀岩|跑步|骑行|游泳|滑板|滑雪|瑜伽|"
     "健身|足球|篮球|网球|羽毛球|下棋|围棋|游戏|动漫|电影|电视剧|小说|诗歌|书籍|阅读|读书|写作|"
     "历史|天文|旅游|旅行|户外|园艺|花|手工|书法"},
    {Cue::kTime, 0.5, Category::kDates,
     "yesterday|today|tomorrow|tonight|last night|last week|last weekend|last month|last year|"
     "last summer|last winter|next week|next weekend|next month|next year|next summer|this week|"
     "this weekend|this month|this year|this summer|this morning|years ago|months ago|weeks ago|"
     "days ago|a year ago|recently|lately|monday|tuesday|wednesday|thursday|friday|saturday|"
     "sunday|january|february|march|april|june|july|august|september|october|november|december|"
     "christmas|thanksgiving|easter|halloween|ramadan|new year|am to|pm to|昨天|今天|明天|上周|"
     "下周|上个月|下个月|去年|明年|最近|今年"},
    {Cue::kChat, -1.5, Category::kPerson,
     "i love that|i love how|i love it|i like|to hear|version+|option+|draft+|code+|answer+|"
     "response+|suggestion+|prompt+|output|function|script+|paragraph|section+|link+|file+|"
     "format|table+|column|row|example+|explanation+|instruction+|details|information|info|"
     "summary|bullet|title|template|outline|wording|sentence+|word+|text+|question+|image+|list+|"
     "step+|shot+|scene|logline|itinerary|schedule|plan+|idea+|approach|strategy|strategies|"
     "search terms|breakdown|framework|layout|logo|concept+|numbers|update+|confirmation+|quote+|"
     "data|dataset|model|chapter|character+|slide+|report|email|document|spreadsheet|checklist|"
     "note+|tips|recommendations|theory|module+|assistant|ai|chatbot|bot|chatgpt|gpt|chat|"
     "conversation|版本|选项|方案|答案|回答|代码|建议|问题|文章|句子|方法"},
    {Cue::kCompany, -2, Category::kPerson,
     "our team|our product+|our business|our company|our service+|our clients|our customers|"
     "our mission|our main|we offer|we provide|we help|we specialize|we regularly|"
     "target audience|keyword+|my customers|stakeholders|startup called|my company is|my client"},
    {Cue::kAddress, -1, Category::kPerson,
     "you|your+|yourself|你|您|mate|boss|mas|pak|legend|buddy|bro|dude|man|sir"},
    {Cue::kManners, -1, Category::kPerson,
     "sorry|welcome|let me know|let us|sounds|got it|perfect|perfectly|exactly|awesome|great|"
     "amazing|no worries|no problem|glad|noted|understood|makes sense|make sense|fair enough|"
     "spot on|good on|nailed|catch ya|catch you|talk later|talk soon|see you|will let you know|"
     "in touch|back to you|give you a yell|hit you up|good idea|helpful|super clear|nice to meet|"
     "good luck|wish me luck|很高兴认识|再见|好的"},
    {Cue::kThanks, -1, Category::kPerson, "thank+|please|cheers|appreciate|谢谢|感谢|请"},
    {Cue::kNext, -1.5, Category::kPerson,
     "ready to|i am ready|i will|off to|let me|i need you|i want you|i would like you|"
     "i am looking for|@ need to|i want us|@ should|we can|i can see|sorted|get started|"
     "get stuck into|get cracking|dive into|move on|go ahead|next step|double-check|stick with|"
     "focus on|we talked|we discussed|i said|i told|i mentioned|i asked|i meant|i mean|"
     "i understand|i see|i get it|i guess|i suppose|i have no choice|i have seen|i have read|"
     "i have got it|locked in|figure out|我试试|我明白|我知道了|我先|我会尝试|我会努力|我会考虑|"
     "我会试|我会注意"},
    {Cue::kDeixis, -0.5, Category::kPerson,
     "this|that|these|those|it|them|there|one+|stuff|thing+|such|same|这|那"},
    {Cue::kMood, -0.5, Category::kPerson,
     "i feel|i am feeling|i felt|a bit|a little|excited|nervous|confused|curious|relief|relieved|"
     "at the moment|now|hopefully|properly|i am glad|i am happy|我觉得|我感觉|感到|心情"},
    {Cue::kNever, -100, Category::kPerson,
     "hit the ground|dying to|dying for|drawing on|draw on|shooting for|shoot for|"
     "in the long run|on the run|run into|ran into|run out|ran out|running out|running late|"
     "run through|run by|piece of cake|call it a day|play it by ear|up in the air|break a leg|"
     "cooked|cooking up|baked into|bake into|bake this|fishing for|surfing the|killing me|"
     "killing it|kill for|on fire|in the same boat|miss the boat|on the same page|on board|"
     "ballpark|home run|the ball|think outside|beat around|cut corners|jump the gun|jump on|"
     "jump in|jump into|walk me|walk you|walk through|drive home|driving at|driving me|"
     "playing with fire|play with|playing around|play around|play devil s|plays a role|"
     "read between|read into|reading into|hang in there|sail through|swimming in|drowning in|"
     "climbing the walls|juggling|in a nutshell|the bigger picture|paint the picture|"
     "paint a picture|picture this|food for thought|on my plate|spill the|bite the|in hot water|"
     "go down that road|back to square|rocket science|sleep on it|dance around|sing the praises|"
     "throw in the towel|racing against|race against|a marathon not|writing on the wall|"
     "over the moon|under the weather|not sure i|not sure if|not sure whether|do not think i|"
     "do not think we|do not know if|do not know whether|i doubt|not that i|maybe i|perhaps i|"
     "might be a|if i were|if i was|if i had|if only|as if i|as if we|as though i|i could be|"
     "i might|不确定|也许我|可能我|好像我|suppose|supposing|imagine|assume|assuming|"
     "hypothetically|pretend|let us say|what if|say i|say we|for the sake of|in a world where|"
     "如果|假如|假设|要是|假装|想象|told me|tells me|said to me|he said|she said|they said|"
     "he says|she says|they say|he told|she told|my character|her words|his words|quoting|"
     "according to|the narrator|the speaker|lyrics|他说|她说|他们说|告诉我"},
    {Cue::kMaterial, 0, Category::kPerson,
     "fix this|fix my|correct this|correct my|correct the|proofread|translate|rewrite|reword|"
     "rephrase|paraphrase|improve this|improve my|polish|edit this|edit my|shorten|summarize|"
     "summarise|analyze this|analyse this|analyze the|classify|check my|check this|"
     "check the grammar|review this|review my|revise this|revise my|make this|make it sound|"
     "reply to|respond to|response to|answer this|answer the|tweet this|tweet :|post this|"
     "caption this|caption :|continue this|continue the story|complete this|complete the|"
     "finish this|the following|text below|email below|message below|this is an email|"
     "this is my email|here is my email|here is my essay|here is my text|here is my cover|"
     "here is my resume|here is a|here is an|here is the|here are|below is|below are|this text|"
     "this paragraph|this sentence|this letter|this mail|this email|this message|this essay|"
     "this article|this review|this post|this tweet|this transcript|this speech|this poem|"
     "this story|this passage|this statement|this resume|this cv|this ad|this note|read this|"
     "read the|use this|based on this|based on the|rate this|rate the|grade this|改写|翻译|润色|"
     "修改这|修改下|以下|下面是|下面的|这段|这句|这篇|总结"},
    {Cue::kPart, 0, Category::kPerson,
     "act as|acting as|roleplay|role play|role-play|pretend to be|pretend that|pretend you|"
     "pretend i|pretend we|you are now|in character|my character|play the role|playing the role|"
     "i want you to be|imagine that you|imagine i am|imagine you|from now on you|扮演|假装你|角色"},
    {Cue::kLetter, 0, Category::kPerson,
     "dear|to whom it may concern|hi team|hello team|hi all|hello all|hello everyone|hi everyone|"
     "regards|sincerely|yours|best wishes|尊敬的|此致|敬礼"},
    {Cue::kNameIs, 3, Category::kPerson,
     "my name|my first name|my full name|i am called|call me|i go by|我叫|我的名字"},
    {Cue::kSelfIs, 0, Category::kPerson,
     "i am|i have been|i became|i turned|i went|@ got|as|我是|我今年"},
    {Cue::kSelfWas, 0, Category::kPerson,
     "i am no longer|i am not|i used to be|i stopped being|i used to work as|i quit my job as"},
    {Cue::kWorkAs, 3, Category::kPerson,
     "i work as|i am working as|i started as|i started working as|new job as|got a job as|"
     "my job as|我的职业是|我从事"},
    {Cue::kRuns, 3, Category::kPerson, "i run a|i run an|i run my|i own a|i own an|i own my"},
    {Cue::kHomeIs, 3, Category::kPerson,
     "@ live|@ am living|based in|@ moved to|@ have moved|i relocated to|i reside in|i now live|"
     "我住|我搬到|我现在住|我目前住|我家在"},
    {Cue::kHomeWas, 3, Category::kPerson,
     "i no longer live in|i used to live in|i do not live in|i moved away from|i moved out of"},
    {Cue::kSpeaks, 3, Category::kPerson,
     "i speak|i can speak|i am fluent in|my native language|my mother tongue|我会说"},
    {Cue::kOccupation, 0, Category::kPerson,
     "nurse|doctor|physician|surgeon|dentist|vet|veterinarian|pharmacist|therapist|psychologist|"
     "psychiatrist|physiotherapist|caregiver|nutritionist|dietitian|teacher|professor|lecturer|"
     "tutor|principal|librarian|student|undergraduate|researcher|scientist|biologist|chemist|"
     "physicist|mathematician|economist|historian|astronomer|engineer|developer|programmer|"
     "analyst|architect|designer|artist|painter|musician|guitarist|pianist|composer|producer|"
     "actor|actress|comedian|filmmaker|photographer|screenwriter|writer|author|poet|journalist|"
     "editor|translator|copywriter|blogger|marketer|accountant|auditor|banker|broker|trader|"
     "consultant|manager|director|executive|supervisor|administrator|secretary|receptionist|"
     "clerk|cashier|assistant|coordinator|specialist|technician|mechanic|electrician|plumber|"
     "carpenter|welder|builder|contractor|tradie|operator|janitor|cleaner|housekeeper|gardener|"
     "landscaper|farmer|rancher|fisherman|chef|cook|baker|barista|bartender|waiter|waitress|"
     "butcher|driver|trucker|courier|pilot|sailor|captain|lawyer|attorney|solicitor|paralegal|"
     "judge|policeman|detective|firefighter|soldier|marine|veteran|officer|guard|politician|"
     "salesman|saleswoman|salesperson|realtor|entrepreneur|founder|ceo|cto|cfo|freelancer|"
     "recruiter|planner|stylist|hairdresser|barber|tailor|model|nanny|babysitter|housewife|"
     "homemaker|pastor|priest|coach|trainer|instructor|athlete|dancer|singer|律师|医生|护士|老师|"
     "教师|工程师|程序员|设计师|学生|记者|作家|司机|厨师|经理|演员|会计|警察|摄影师|教授|工人|"
     "农民|店员|公务员"},
    {Cue::kNoOccupation, 0, Category::kPerson,
     "bit|big|huge|little|good|great|terrible|bad|awful|real|true|funny|better|decent|wannabe|"
     "amateur|aspiring|former|future|retired|hobby|natural|born|virtual|ai|pretend|not|visual|"
     "fast|slow|quick|role"},
    {Cue::kBusiness, 0, Category::kPerson,
     "bakery|shop|store|restaurant|cafe|café|bar|farm|company|business|studio|agency|startup|"
     "salon|firm|gym|school|clinic|nursery|hotel|hostel|brewery|gallery|podcast|charity"},
    {Cue::kDietName, 2, Category::kPreferences,
     "vegan|vegetarian|pescatarian|flexitarian|keto|素食"},
    {Cue::kStatus, 0, Category::kPerson, "single|married|divorced|engaged|widowed|单身|已婚"},
    {Cue::kPartner, 1.5, Category::kPerson,
     "wife|husband|girlfriend|boyfriend|fiance|fiancee|partner|spouse|missus|丈夫|妻子|老公|老婆|"
     "女友|男友|女朋友|男朋友"},
    {Cue::kRelative, 1.5, Category::kPerson,
     "daughter+|son+|baby|kid+|child|children|twins|stepson|stepdaughter|grandson|granddaughter|"
     "grandchildren|mother|father|mom|dad|mum|grandmother|grandfather|grandma|grandpa|aunt|uncle|"
     "cousin|brother+|sister+|niece|nephew|friend|roommate|boss|colleague|dog+|puppy|cat+|"
     "kitten+|rabbit|hamster|horse+|pets|孩子|儿子|女儿|爸爸|妈妈|父母|父亲|母亲|弟弟|妹妹|哥哥|"
     "姐姐"},
    {Cue::kLanguage, 0, Category::kPerson,
     "english|spanish|french|german|italian|portuguese|dutch|swedish|danish|norwegian|finnish|"
     "polish|czech|russian|ukrainian|greek|turkish|arabic|hebrew|persian|hindi|bengali|mandarin|"
     "cantonese|chinese|japanese|korean|vietnamese|thai|indonesian|romanian|hungarian"},
    {Cue::kNoName, 0, Category::kPerson,
     "american|british|english|irish|scottish|welsh|dutch|french|german|italian|spanish|canadian|"
     "russian|australian|brazilian|indian|chinese|japanese|korean|mexican|polish|turkish|swedish|"
     "danish|norwegian|finnish|greek|portuguese|african|asian|european|christian|muslim|jewish|"
     "catholic|hindu|buddhist|vegan|vegetarian|ai|good|great|fine|ok|okay|happy|sorry|sure|back|"
     "here|ready|new|so|not|from|in|at"},
    {Cue::kChange, 0, Category::kPerson,
     "moved|now|new|became|started|start|switched|promoted|joined|since|moving|relocated|"
     "recently|搬|换了|新"},
    {Cue::kSlang, 0, Category::kPerson,
     "gotta|kinda|sorta|dunno|ya|yeah|yep|nope|dude|bro|omg|btw|tbh|idk|u|ur|lol|lmao|haha|"
     "hahaha|hehe|cuz|哈哈|嘿嘿"},
    {Cue::kJoy, 0, Category::kPerson,
     "happy|excited|glad|wonderful|fantastic|delighted|proud|fun|joy|joyful|开心|高兴|兴奋|快乐"},
    {Cue::kDistress, 0, Category::kPerson,
     "stressed|stress|stressful|anxious|anxiety|worried|worry|sad|lonely|depressed|upset|"
     "overwhelmed|nervous|frustrated|frustrating|afraid|exhausted|hopeless|helpless|discouraged|"
     "难过|焦虑|担心|孤独|压力|沮丧|郁闷|烦恼"},
    {Cue::kAdvice, 0, Category::kPerson,
     "recommend|recommendation+|suggest|suggestion+|advice|tips|should i|what do you think|建议|"
     "推荐"},
    {Cue::kLearning, 0, Category::kPerson,
     "how do i|how can i|how to|explain|what is the difference|understand|teach me|why does|"
     "why is|what does|怎么|如何|为什么"},
    {Cue::kText, 0, Category::kPerson,
     "write a|write me|write an|rewrite|proofread|grammar|summarize|summarise|translate|email|"
     "essay|cover letter|draft|翻译|润色|总结"},
    {Cue::kCode, -100, Category::kPerson,
     "python|javascript|java|sql|function|compile|debug|code|html|css|api|server|代码|编程|null|"
     "returns|crashed|error+|database|variable|array|react|deploy|docker|git|regex|json|"
     "localhost|kubernetes|dataframe|notebook|ide|npm|pip"},
    {Cue::kBrief, 0, Category::kPerson,
     "be brief|be concise|keep it short|short answer|in one sentence|briefly|简短"},
    {Cue::kDetail, 0, Category::kPerson,
     "in detail|more detail+|detailed|elaborate|in depth|step by step|step-by-step|详细"},
});

}  // namespace soulprint
