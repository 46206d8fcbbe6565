// What the offline rules recognise, and the phrases that show it: data, no code.  In lower case,
// with contractions written out ("i am", "do not") and without the adverbs that ToWords leaves out.
// "@ am" stands for "i am" and "we are",
// "@ love" for "i love" and "we love", "dog+" for "dog" and "dogs".

#pragma once

#include <array>
#include <string_view>

#include "pipeline/types.hpp"

namespace soulprint {

// What a phrase shows.
// clang-format off
enum class Cue {
  // what makes a sentence worth remembering
  kIdentity, kBeing, kKin, kHealth, kDiet, kTaste, kDislike, kHabit, kWish, kPlan, kDecision, kEnd,
  kEvent, kBelief, kSkill, kWork, kThing, kTime,
  // what makes it worth less, or nothing
  kChat, kCompany, kAddress, kManners, kThanks, kNext, kDeixis, kMood, kNever,
  // a text to work on, a part that is played, a letter
  kMaterial, kPart, kLetter,
  // how statements of name, home and the like begin, and what they hold
  kNameIs, kSelfIs, kSelfWas, kWorkAs, kHomeIs, kHomeWas, kSpeaks, kOccupation, kNoOccupation,
  kDietName, kStatus, kPartner, kRelative, kLanguage, kNoName, kChange,
  // how the user writes and what for
  kQuestion, kExclamation, kEmoji, kFence, kLaughter, kSlang, kJoy, kDistress, kAdvice, kLearning,
  kText, kCode, kBrief, kDetail
};
// clang-format on

struct CueList {
  Cue cue;
  std::string_view phrases;  // with | between them
  double weight = 0;
  Category category = Category::kPerson;
};

// clang-format off
inline constexpr auto kCueLists = [] {
  using enum Cue;
  using enum Category;
  return std::to_array<CueList>({
    {kIdentity, "@ am from|i come from|@ grew up|i was born|i work at|i work from|i work full|"
     "my job is|i teach|i have lived|years old|year old|my age|my birthday|i am single|"
     "i am married|i am divorced|i am engaged|i am retired|我来自|我毕业|我目前在|i moved|"
     "i work for|i work in|i work with|my profession|i am pregnant|i am unemployed|i run a|i own a|"
     "i run my|我今年|i turned|i am turning|my nationality", 3},
    {kBeing, "i am a|i am an|i was a|i was an|as a|as an|being a|being an|i am more of a|i am the|"
     "我性格|我的性格|我比较|我很内向|我内向|我是一名|我是一个|我是个|我是一位", 2},
    {kKin, "nippers|grommets|parents|family|friends|neighbor+|colleagues|manager|mentor|therapist|"
     "coach|pet|mate+|朋友|老板|上司|cousins|nieces|nephews|in-laws|roommates|kid|boss|"
     "colleague", 1.5},
    {kHealth, "diagnosed|adhd|autistic|autism|dyslexia|diabetes|diabetic|asthma|depression|anxiety|"
     "cancer|hiv|migraine+|insomnia|celiac|chronic|injury|injuries|surgery|hospital|flu|fever|"
     "dengue|sick|my back|my heart|my stomach|my head|my health|my weight|sore|hurts|pain|aches|"
     "aching|stiff|doctor|dentist|medication|therapy|wheelchair|blind|left-handed|sober|过敏|医生|"
     "失眠|手术|体重|身体有些|胃|my knee+|my shoulder|my skin|ill|injured|my foot|my leg|"
     "pregnant", 2},
    {kDiet, "gluten|lactose|allergic|allergy|allergies|intolerant|halal|kosher|diet|i do not eat|"
     "i can not eat|i never eat|i do not drink|i can not drink|dairy-free|gluten-free|吃素|忌口|"
     "不吃|不能吃", 2, kPreferences},
    {kTaste, "@ love|@ like|i have always loved|@ enjoy|i enjoyed|@ loved|i liked|i hate|"
     "i do not like|@ prefer|i would rather|i miss|i admire|favorite+|fan of|i am into|"
     "obsessed with|addicted to|passionate|passion|hobby|hobbies|interested in|fascinated|keen on|"
     "fond of|crave|foodie|sweet tooth|afraid of|terrified of|喜欢|爱好|兴趣|享受|爱听|我更倾向|"
     "helps me relax|makes me happy|brings me joy|bring me joy", 2, kPreferences},
    {kDislike, "@ hate|i dislike|i do not like|i can not stand|pet peeve|not a fan|i am not into|"
     "allergic to|讨厌|不喜欢", 2, kPreferences},
    {kHabit, "always|usually|often|every day|every morning|every night|every weekend|every month|"
     "every year|every summer|every monday|every tuesday|every friday|every saturday|every sunday|"
     "each day|daily|weekly|once a|times a|a day|a week|on the weekend|on weekdays|tuesdays|"
     "wednesdays|thursdays|saturdays|weekends|mornings|evenings|regularly|constantly|rarely|seldom|"
     "@ never|i tend to|i am used to|sometimes|routine|@ go|i play|i read|i watch|i eat|i wake|"
     "i train|i commute|i drive|i study|i practice|i listen|i collect|i volunteer|i keep|@ spend|"
     "i make|whenever i|non-negotiable|sacred|since i was|for the past|for over|for about|"
     "free time|经常|我通常|周末会|一直|习惯|有时我|有时候|总是|hardly|every time|i practise|"
     "i use", 1.5, kPreferences},
    {kWish, "@ would like to|@ would love to|i wish|@ hope to|i have always wanted|@ am hoping to|"
     "i look forward|@ am looking forward|can not wait to|@ am keen to|@ want|i need|我想|我希望|"
     "我也希望|想要|期待|梦想", 0.5, kProjects},
    {kPlan, "my goal+|main goal|bucket list|@ plan to|@ am planning|i have been planning|"
     "aiming for|@ am saving|saving up|i am training|training for|preparing for|i am preparing|"
     "@ am working on|@ am building|i am learning|i have been learning|trying to learn|"
     "i want to learn|i am studying|i am taking|@ am starting|@ am going to|@ will be|thinking of|"
     "thinking about|considering|my project|our project|my startup|my business|my novel|my book|"
     "my thesis|my app|my website|my podcast|my budget|my trip|our trip|trip to|holiday|vacation|"
     "wedding|marathon|retire|honeymoon|我计划|打算|计划去|学习一门|考虑去|找工作|"
     "dream", 1.5, kProjects},
    {kDecision, "@ decided|@ have decided|@ chose|@ have chosen|@ picked|made up my mind|"
     "@ settled on|@ ended up|i signed up|i enrolled|i accepted", 2, kDecisions},
    {kEnd, "no longer|anymore|any more|any longer|@ used to|@ stopped|i have stopped|i quit|"
     "i have quit|i gave up|i have given up|@ broke up|not into it|不再|已经不|戒|放弃了|辞职|"
     "分手", 2, kPreferences},
    {kEvent, "getting married|divorced|broke up|engaged|gave birth|passed away|died|funeral|"
     "graduated|graduating|i majored|degree|phd|bachelor s|started|joined|hired|new job|promoted|"
     "promotion|laid off|fired|i quit|interview|bought|@ sold|adopted|rescued|@ won|@ lost|"
     "i passed|i failed|i finished|completed|@ built|i wrote|published|@ made|@ went|@ traveled|"
     "@ took|i tried|i ran|@ attended|@ met|@ saw|@ got|i learned|i discovered|i found|@ have been|"
     "anniversary|birthday|accident|exam|appointment|deadline|competition|concert|camping|"
     "road trip|结婚|毕业|搬到|搬家|生日|考试|面试|我去了|我买了|我读了|通过了|我做了|i moved|"
     "i applied|tournament|recital|screenplay", 1.5, kDates},
    {kBelief, "@ believe|my faith|my religion|my values|i am religious|important to me|"
     "means a lot to me|comes first|i am against|i vote|prayers|church|christian|muslim|jewish|"
     "buddhist|catholic|atheist|我相信", 2, kBeliefs},
    {kSkill, "good at|i know how to|i do not know how to|i struggle|i find it difficult|"
     "i am fluent|experience in|skills|beginner|certified|license|my weakness|biggest challenge|"
     "my main|my problem is|i am worried about|i worry about|i am learning|我擅长", 1.5},
    {kWork, "job|work|career|office|company|business|client+|customers|shift+|overtime|salary|"
     "income|mortgage|loan|debt|rent|budget|school|college|university|class|classes|course+|exams|"
     "teacher|student+|professor|project+|site|@ have a|@ have an|@ have two|@ have three|"
     "@ have got|@ have no|my home|my apartment|my phone|my motor|hometown|工作|公司|课程|我有", 1},
    {kThing, "music|guitar|piano|violin|drums|singing|choir|band|jazz|rock|songs|playlist|dancing|"
     "dance|ballet|painting|drawing|sketching|photography|camera|pottery|knitting|sewing|crochet|"
     "crafts|gardening|plants|flowers|cooking|cook|baking|recipes|coffee|tea|wine|beer|chocolate|"
     "pizza|sushi|pasta|seafood|hot pot|barbecue|bbq+|steak|spicy|hiking|hike+|climbing|bouldering|"
     "running|run|jogging|cycling|bike|biking|swimming|swim|surfing|surf+|sailing|fishing|skiing|"
     "snowboarding|skating|skateboarding|yoga|pilates|meditation|gym|workout+|lifting|crossfit|"
     "boxing|karate|soccer|football|basketball|tennis|golf|baseball|volleyball|badminton|chess|"
     "puzzles|games|gaming|anime|manga|movie+|films|theater|theatre|books|reading|novel+|poetry|"
     "poems|writing|journaling|blogging|history|science|astronomy|stars|travel|traveling|"
     "travelling|beach|mountains|nature|forest|ocean|birds|birdwatching|animals|volunteering|"
     "woodworking|cars|motorcycles|trains|fashion|makeup|languages|spanish|french|german|italian|"
     "japanese|chinese|korean|english|video|essay|音乐|吉他|钢琴|唱歌|跳舞|街舞|舞蹈|画画|绘画|"
     "摄影|做饭|烹饪|烘焙|咖啡|茶|徒步|登山|攀岩|跑步|骑行|游泳|滑板|滑雪|瑜伽|健身|足球|篮球|网球|"
     "羽毛球|下棋|围棋|游戏|动漫|电影|电视剧|小说|诗歌|书籍|阅读|读书|写作|历史|天文|旅游|旅行|"
     "户外|园艺|花|手工|书法|smoking|smoke", 1, kPreferences},
    {kTime, "yesterday|today|tomorrow|tonight|last night|last week|last weekend|last month|"
     "last year|last summer|last winter|next week|next month|next year|next summer|this week|"
     "this weekend|this year|this morning|years ago|months ago|weeks ago|days ago|a year ago|"
     "recently|lately|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|"
     "march|april|june|july|august|september|october|november|december|christmas|thanksgiving|"
     "easter|halloween|ramadan|new year|am to|pm to|昨天|今天|下个月|最近", 0.5, kDates},
    {kChat, "i love that|i love how|i love it|i like|to hear|version+|option+|draft+|code+|answer+|"
     "response+|suggestion+|prompt+|output|function|script+|paragraph|section+|link+|file+|format|"
     "table+|column|row|example+|explanation+|instruction+|details|information|info|summary|bullet|"
     "title|template|outline|wording|sentence+|word+|text+|question+|image+|list+|step+|shot+|"
     "scene|logline|itinerary|schedule|plan+|idea+|approach|strategy|strategies|search terms|"
     "breakdown|framework|logo|concept+|numbers|update+|confirmation+|quote+|data|dataset|model|"
     "chapter|character+|slide+|report|email|document|spreadsheet|checklist|note+|tips|"
     "recommendations|theory|module+|assistant|ai|chatbot|bot|chatgpt|gpt|chat|conversation|版本|"
     "建议|问题|文章|方法|i liked how|i liked the|i liked that|in the name", -1.5},
    {kCompany, "our team|our business|our company|our service+|our clients|our customers|we offer|"
     "target audience|keyword+|stakeholders|startup called|my company is|we provide|we focus on|"
     "we help", -2},
    {kAddress, "you|your+|yourself|你|mate|boss|mas|pak|legend|buddy|man", -1},
    {kManners, "sorry|welcome|let me know|let us|sounds|got it|perfect|perfectly|exactly|awesome|"
     "great|amazing|no worries|no problem|glad|noted|understood|makes sense|make sense|fair enough|"
     "spot on|good on|nailed|catch ya|catch you|talk later|talk soon|see you|will let you know|"
     "in touch|back to you|give you a yell|hit you up|good idea|helpful|super clear|nice to meet|"
     "good luck|wish me luck|很高兴认识|再见|好的", -1},
    {kThanks, "thank+|please|cheers|appreciate|谢谢|感谢|请", -1},
    {kNext, "ready to|i am ready|i will|off to|let me|i need you|i want you|i would like you|"
     "i am looking for|@ need to|@ should|we can|i can see|sorted|get started|get stuck into|"
     "get cracking|dive into|move on|go ahead|next step|double-check|stick with|focus on|we talked|"
     "we discussed|i said|i told|i mentioned|i asked|i meant|i mean|i understand|i see|i get it|"
     "i guess|i have seen|i have read|i have got it|locked in|figure out|我明白|我先|我会尝试|"
     "我会努力|我会考虑|you mentioned|you said|we practiced|thinking about that|"
     "thinking about what|thinking about your|i want to know|i want to ask|i would like to know|"
     "i would like to ask|i would like to consult|should be", -1.5},
    {kDeixis, "this|that|these|those|it|them|there|one+|stuff|thing+|such|same|这|那", -0.5},
    {kMood, "i feel|i am feeling|i felt|a bit|a little|excited|nervous|confused|curious|relief|"
     "relieved|at the moment|now|hopefully|properly|i am glad|i am happy|我觉得|我感觉|感到|"
     "心情", -0.5},
    {kNever, "hit the ground|dying to|dying for|drawing on|draw on|shooting for|shoot for|"
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
     "i might|不确定|也许我|可能我|好像我|suppose|supposing|imagine|assume|assuming|hypothetically|"
     "pretend|let us say|what if|say i|say we|for the sake of|in a world where|如果|假如|假设|要是|"
     "假装|想象|told me|tells me|said to me|he said|she said|they said|he says|she says|they say|"
     "he told|she told|my character|her words|his words|quoting|according to|the narrator|"
     "the speaker|lyrics|他说|她说|他们说|告诉我", -100},
    {kMaterial, "fix this|fix my|correct this|correct my|correct the|proofread|translate|rewrite|"
     "reword|rephrase|paraphrase|improve this|improve my|edit this|edit my|shorten|summarize|"
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
     "修改这|修改下|以下|下面是|下面的|这段|这句|这篇|总结|rephrased|rewritten|translated|reworded|"
     "corrected|proof read|can you write it|polish this|polish my"},
    {kPart, "act as|acting as|roleplay|role play|role-play|pretend to be|pretend that|pretend you|"
     "pretend i|pretend we|you are now|in character|my character|play the role|playing the role|"
     "i want you to be|imagine that you|imagine i am|imagine you|from now on you|扮演|假装你|角色"},
    {kLetter, "dear|to whom it may concern|hi team|hello team|hi all|hello all|hello everyone|"
     "hi everyone|regards|sincerely|yours|best wishes|尊敬的|此致|敬礼"},
    {kNameIs, "my name|my first name|my full name|i am called|call me|i go by|我叫|我的名字", 5},
    {kSelfIs, "i am|i have been|i became|i turned|i went|@ got|as|我是|我今年"},
    {kSelfWas, "i am no longer|i am not|i used to be|i stopped being|i used to work as|"
     "i quit my job as"},
    {kWorkAs, "i work as|i now work as|i am working as|i started as|i started working as|new job as|got a job as|"
     "my job as|我的职业是|我从事", 3},
    {kHomeIs, "@ live|@ am living|based in|@ moved to|@ have moved|i relocated to|i reside in|"
     "i now live|我住|我搬到|我现在住|我目前住|我家在", 3},
    {kHomeWas, "i no longer live in|i used to live in|i do not live in|i moved away from|"
     "i moved out of", 3},
    {kSpeaks, "i speak|i can speak|i am fluent in|my native language|my mother tongue|我会说", 3},
    {kOccupation, "nurse|doctor|physician|surgeon|dentist|vet|veterinarian|pharmacist|therapist|"
     "psychologist|psychiatrist|physiotherapist|caregiver|nutritionist|dietitian|teacher|professor|"
     "lecturer|tutor|principal|librarian|student|undergraduate|researcher|scientist|biologist|"
     "chemist|physicist|mathematician|economist|historian|astronomer|engineer|developer|programmer|"
     "analyst|architect|designer|artist|painter|musician|guitarist|pianist|composer|producer|actor|"
     "actress|comedian|filmmaker|photographer|screenwriter|writer|author|poet|journalist|editor|"
     "translator|copywriter|blogger|marketer|accountant|auditor|banker|broker|trader|consultant|"
     "manager|director|executive|supervisor|administrator|secretary|receptionist|clerk|cashier|"
     "assistant|coordinator|specialist|technician|mechanic|electrician|plumber|carpenter|welder|"
     "builder|contractor|tradie|operator|janitor|cleaner|housekeeper|gardener|landscaper|farmer|"
     "rancher|fisherman|chef|cook|baker|barista|bartender|waiter|waitress|butcher|driver|trucker|"
     "courier|pilot|sailor|captain|lawyer|attorney|solicitor|paralegal|judge|policeman|detective|"
     "firefighter|soldier|marine|veteran|officer|guard|politician|salesman|saleswoman|salesperson|"
     "realtor|entrepreneur|founder|ceo|cto|cfo|freelancer|recruiter|planner|stylist|hairdresser|"
     "barber|tailor|model|nanny|babysitter|housewife|homemaker|pastor|priest|coach|trainer|"
     "instructor|athlete|dancer|singer|律师|医生|护士|老师|教师|工程师|程序员|设计师|学生|记者|"
     "作家|司机|厨师|经理|演员|会计|警察|摄影师|教授|工人|农民|店员|公务员", 1},
    {kNoOccupation, "bit|big|huge|little|good|great|terrible|bad|awful|real|true|funny|better|"
     "decent|wannabe|amateur|aspiring|former|future|retired|hobby|natural|born|virtual|ai|pretend|"
     "not|visual|fast|slow|quick|role"},
    {kDietName, "vegan|vegetarian|pescatarian|flexitarian|keto|素食", 2, kPreferences},
    {kStatus, "single|married|divorced|engaged|widowed|单身|已婚"},
    {kPartner, "wife|husband|girlfriend|boyfriend|fiance|fiancee|partner|spouse|missus|丈夫|妻子|"
     "老公|老婆|女友|男友|女朋友|男朋友", 1.5},
    {kRelative, "daughter+|son+|baby|kid+|child|children|twins|stepson|stepdaughter|grandson|"
     "granddaughter|grandchildren|mother|father|mom|dad|mum|grandmother|grandfather|grandma|"
     "grandpa|aunt|uncle|cousin|brother+|sister+|niece|nephew|friend|roommate|boss|colleague|dog+|"
     "puppy|cat+|kitten+|rabbit|hamster|horse+|pets|孩子|儿子|女儿|爸爸|妈妈|父母|父亲|母亲|弟弟|"
     "妹妹|哥哥|姐姐|turtle+|parrot", 1.5},
    {kLanguage, "english|spanish|french|german|italian|portuguese|dutch|swedish|danish|norwegian|"
     "finnish|polish|czech|russian|ukrainian|greek|turkish|arabic|hebrew|persian|hindi|bengali|"
     "mandarin|cantonese|chinese|japanese|korean|vietnamese|thai|indonesian|romanian|hungarian"},
    {kNoName, "american|british|english|irish|scottish|welsh|dutch|french|german|italian|spanish|"
     "canadian|russian|australian|brazilian|indian|chinese|japanese|korean|mexican|polish|turkish|"
     "swedish|danish|norwegian|finnish|greek|portuguese|african|asian|european|christian|muslim|"
     "jewish|catholic|hindu|buddhist|vegan|vegetarian|ai|good|great|fine|ok|okay|happy|sorry|sure|"
     "back|here|ready|new|so|not|from|in|at"},
    {kChange, "moved|now|new|got married|became|started|start|switched|promoted|joined|since|moving|relocated|"
     "recently|搬|换了|新"},
    {kSlang, "gotta|kinda|ya|yeah|btw|u|haha|hehe"},
    {kJoy, "happy|excited|glad|wonderful|fantastic|proud|fun|joy|joyful|开心|高兴|兴奋"},
    {kDistress, "stressed|stress|stressful|anxious|anxiety|worried|worry|sad|lonely|upset|"
     "overwhelmed|nervous|frustrated|frustrating|afraid|exhausted|hopeless|helpless|discouraged|"
     "难过|焦虑|担心|孤独|压力|沮丧|郁闷|烦恼"},
    {kAdvice, "recommend|recommendation+|suggest|suggestion+|advice|tips|should i|"
     "what do you think|建议|推荐"},
    {kLearning, "how do i|how can i|how to|explain|what is the difference|understand|teach me|"
     "why does|why is|what does|怎么|如何"},
    {kText, "write a|write me|write an|grammar|email|essay|cover letter|draft"},
    {kCode, "python|function|code|api|server|编程|returns|error+|database|variable|react|deploy|"
     "docker|git|json|notebook|ide|pip", -2},
    {kBrief, "be brief|be concise|keep it short|short answer|in one sentence|briefly|简短"},
    {kDetail, "in detail|more detail+|detailed|elaborate|in depth|step by step|step-by-step|详细"},
    {kQuestion, "?|？"},
    {kExclamation, "!|！"},
    {kEmoji, "😂|😊|😍|👍|❤|😭|🙏|🎉|😅|🤔|😀|😄|🙂|😁|🔥|🥰|😢|🤣|😉|✨"},
    {kFence, "` ` `"},
    {kLaughter, "haha|hahaha|hehe|lol|lmao|rofl|哈哈"},
  });
}();
// clang-format on

}  // namespace soulprint
