// A user's message ──► words and the phrases among them ──► the sentences in which users speak for
// themselves (sentences.cpp) ──► what these state of name, home, job and the like (slots.cpp).

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

// What a phrase shows.
// clang-format off
enum class Cue {
  // what makes a sentence worth remembering
  kIdentity, kBeing, kHealth, kDiet, kTaste, kDislike, kHabit, kWish, kPlan, kDecision, kEnd,
  kEvent, kBelief, kWork, kThing, kTime,
  // what makes it worth less, or nothing
  kChat, kThanks, kNext, kDeixis, kNever,
  // a request, a text that is ordered, a letter or text to work on, a part that is played
  kRequest, kWriting, kGenre, kVoice, kMaterial, kPart,
  // how statements of name, home and the like begin, and what they hold
  kNameIs, kSelfIs, kSelfWas, kWorkAs, kHomeIs, kHomeWas, kSpeaks, kOccupation, kNoOccupation,
  kDietName, kStatus, kPartner, kRelative, kLanguage, kNoName, kChange,
  // how the user writes and what for
  kQuestion, kEmoji, kAdvice, kCode
};
// clang-format on

struct CueList {
  Cue cue;
  std::string_view phrases;  // with | between them
  double weight = 0;
  Category category = Category::kPerson;
};

struct Word {
  // Lower case, contractions written out ("I'm" = "i", "am"; "wife's" = "wife", "s"); one character
  // of Chinese or Japanese; one mark of punctuation.
  std::string text;
  std::size_t begin = 0;  // bytes in the text
  std::size_t end = 0;
  bool capital = false;    // begins with a capital letter
  bool ideograph = false;  // is a character of Chinese or Japanese
  bool mark = false;       // is punctuation
};
using Words = std::vector<Word>;

struct Hit {
  const CueList* list;
  std::size_t begin;  // words[begin, end)
  std::size_t end;
};

// The words of well-formed UTF-8, in order, without adverbs such as "really".
Words ToWords(std::string_view text);

// The text from words[begin] to before words[end]; "" if that is none.
std::string_view TextOf(std::string_view text, const Words& words, std::size_t begin,
                        std::size_t end);

// True if `word` is one of the words of `list`, which have single spaces between them.
bool Among(std::string_view word, std::string_view list);

// True for "i", "my" and the like.
bool IsOfTheUser(const Word& word);

// All phrases in the words, in order of their beginning.
std::vector<Hit> FindCues(const Words& words);

struct Sentence {
  std::string_view text;  // of the message: without lead-in ("Well, …") and closing marks
  Words words;            // of text
  std::vector<Hit> cues;  // of words, none between quotation marks
  bool question = false;

  // True if a phrase of this cue begins at words[at].
  static constexpr std::size_t kAnywhere = -1;
  bool Has(Cue cue, std::size_t at = kAnywhere) const;
};

struct OwnWords {
  std::vector<Sentence> sentences;  // views of the message
  bool part = false;  // a role play begins, which lasts to the end of the conversation
};

// Leaves out code, quotations, pasted texts and logs, texts to work on, and lines of a role play.
OwnWords ToOwnWords(std::string_view message);

// The sentences of a line, with their marks.
std::vector<std::string_view> SplitLine(std::string_view line);

// One sentence, read like those of a message.
Sentence ReadSentence(std::string_view text);

// The words of a text that carry its meaning, without their endings, sorted, each once.  Texts in
// which they are the same say the same.
std::vector<std::string> ContentWords(std::string_view text);

// Up to kDiet one value holds at a time.  kThing: a pastime or taste.
enum class Slot { kName, kHome, kJob, kAge, kPartner, kDiet, kLanguage, kKin, kFavorite, kThing };

struct Reading {
  Slot slot;
  std::string value;             // as the user wrote it: "San Francisco, California", "husband Ben"
  bool over = false;             // the user says that it holds no longer
  bool change = false;           // the user says that it is new: "moved", "now", "became"
  std::vector<std::string> key;  // the content words of the value
  bool vague = false;            // "wife": does not say who
  std::size_t times = 1;         // how often it was said
  std::size_t fact = 0;          // for the caller: the place of the fact that says it
};

// What the sentence states of the user; nothing where it leaves doubt.
std::vector<Reading> ReadSlots(const Sentence& sentence);

// True for two wordings of one value: "Jakarta" and "Jakarta, Indonesia".
bool SameValue(const Reading& a, const Reading& b);

// The readings that hold, among readings of one slot, oldest first: the newest of each value that
// is not over, with its times.  Up to kDiet at most one, the newest value; but one that was said
// once, without a word of change, does not hold against one said thrice, nor as one of three
// values.
std::vector<Reading> ThatHold(const std::vector<Reading>& readings);

// The phrases, in lower case, with contractions written out ("i am", "do not"), without kAdverbs.
// "@ am" stands for "i am" and "we are", "@ love" for "i love" and "we love", "dog+" for "dog" and
// "dogs".  None is listed twice under one cue, nor holds another of its cue.

// Ends of words, or whole words (with a space in front), and what they are short for.
inline constexpr std::string_view kShortForms =
    " im= i am| ive= i have| dont= do not| cant= can not| can't= can not| cannot= can not|"
    " won't= will not| let's= let us| gonna= going to| favourite= favorite|n't= not|'m= am|'s= s|"
    "'d= would|'ve= have|'re= are|'ll= will";

// Words that are left out.
inline constexpr std::string_view kAdverbs =
    "just also really actually still very quite totally absolutely currently already especially "
    "truly definitely honestly";

// clang-format off
inline constexpr auto kCueLists = [] {
  using enum Cue;
  using enum Category;
  return std::to_array<CueList>({
    {kIdentity, "@ am from|i come from|@ grew up|i was born|i work at|i work from|i teach|"
     "i have lived|years old|year old|my age|my birthday|i am retired|我来自|我毕业|我目前在|i moved|"
     "i work for|i work in|i work with|i run a|我今年|i turned", 3},
    {kBeing, "i am a|i am an|i was a|as a|as an|being a|i am the|我的性格|我是一名|我是个", 2},
    {kHealth, "diagnosed|adhd|autistic|diabetes|asthma|depression|anxiety|cancer|hiv|migraine+|"
     "chronic|injury|injuries|surgery|hospital|sick|my back|my heart|my health|my weight|sore|pain|"
     "doctor|dentist|medication|therapy|blind|sober|过敏|医生|失眠|手术|体重|my knee+|pregnant", 2},
    {kDiet, "gluten|lactose|allergic|allergy|intolerant|halal|kosher|diet|i do not eat|"
     "i can not eat|i never eat|吃素|不吃|不能吃", 2, kPreferences},
    {kTaste, "@ love|@ like|@ enjoy|i enjoyed|@ loved|i liked|i hate|i do not like|@ prefer|"
     "i would rather|i miss|i admire|favorite+|fan of|i am into|passionate|passion|hobby|hobbies|"
     "interested in|fascinated|keen on|sweet tooth|afraid of|喜欢|爱好|兴趣|享受", 2, kPreferences},
    {kDislike, "@ hate|i do not like|i can not stand|allergic to|讨厌|不喜欢", 2, kPreferences},
    {kHabit, "always|usually|often|daily|weekly|once a|times a|a day|a week|weekends|mornings|"
     "evenings|regularly|rarely|@ never|i tend to|i am used to|sometimes|routine|@ go|i play|"
     "i read|i watch|i eat|i drive|i study|i practice|i listen|i collect|i volunteer|i keep|"
     "@ spend|since i was|经常|我通常|一直|习惯|总是|hardly|every|有时", 1.5, kPreferences},
    {kWish, "@ would like to|@ would love to|i wish|@ hope to|i have always wanted|i look forward|"
     "@ am looking forward|can not wait to|@ want|i need|我想|我希望|想要|期待", 0.5, kProjects},
    {kPlan, "my goal+|@ plan to|@ am planning|@ am saving|saving up|i am training|training for|"
     "@ am working on|@ am building|i am learning|trying to learn|i want to learn|i am studying|"
     "@ am starting|@ am going to|thinking of|thinking about|my project|my business|my novel|"
     "my book|my trip|trip to|holiday|vacation|wedding|retire|我计划|打算|找工作", 1.5, kProjects},
    {kDecision, "@ decided|@ have decided|@ chose|@ ended up|i signed up", 2, kDecisions},
    {kEnd, "no longer|anymore|any more|@ used to|@ stopped|i quit|i gave up|@ broke up|不再|戒|放弃了|辞职|"
     "分手", 2, kPreferences},
    {kEvent, "getting married|divorced|broke up|engaged|passed away|died|funeral|graduated|started|"
     "joined|hired|new job|promoted|promotion|fired|i quit|interview|bought|@ sold|adopted|@ won|"
     "@ lost|i finished|@ built|i wrote|@ made|@ went|@ took|@ attended|@ met|@ saw|@ got|"
     "i learned|i found|@ have been|birthday|exam|concert|结婚|毕业|搬到|搬家|生日|考试|面试|我去了|我买了|通过了|"
     "i moved", 1.5, kDates},
    {kBelief, "@ believe|my faith|my values|important to me|我相信|muslim|christian", 2, kBeliefs},
    {kWork, "job|work|career|office|company|business|client+|shift+|salary|income|rent|budget|"
     "school|college|university|class|classes|course+|exams|teacher|student+|professor|project+|"
     "@ have a|@ have two|@ have three|@ have no|my home|hometown|工作|公司|课程|我有", 1},
    {kThing, "video|music|guitar|piano|violin|singing|band|jazz|songs|dancing|dance|painting|"
     "drawing|photography|camera|pottery|knitting|gardening|plants|flowers|cooking|cook|baking|"
     "recipes|coffee|tea|wine|beer|chocolate|pizza|sushi|pasta|seafood|hiking|hike+|climbing|"
     "running|run|jogging|cycling|bike|swimming|swim|surfing|surf+|sailing|fishing|skiing|"
     "snowboarding|yoga|meditation|gym|workout+|soccer|football|basketball|tennis|golf|baseball|"
     "chess|puzzles|games|gaming|anime|movie+|theater|books|reading|novel+|poetry|writing|history|"
     "science|travel|beach|mountains|nature|forest|birdwatching|animals|volunteering|cars|"
     "motorcycles|fashion|languages|spanish|french|german|italian|japanese|chinese|korean|english|"
     "音乐|吉他|钢琴|唱歌|跳舞|街舞|画画|摄影|做饭|烹饪|咖啡|茶|徒步|攀岩|跑步|游泳|滑板|瑜伽|健身|足球|篮球|网球|下棋|游戏|动漫|电影|电视剧|小说|书籍|阅读|读书|"
     "写作|历史|旅游|旅行|户外|园艺|花|手工|smoking|smoke|登山|骑行|滑雪|羽毛球|烘焙|绘画", 1, kPreferences},
    {kTime, "yesterday|today|tomorrow|tonight|this week|this weekend|this year|recently|monday|"
     "tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|"
     "august|september|october|november|december|昨天|今天|最近|last|next|ago", 0.5, kDates},
    {kChat, "i love that|i love how|i love it|i like the|version+|option+|draft+|code|answer+|"
     "response+|suggestion+|prompt+|function|paragraph|section+|link+|file+|table+|column|example+|"
     "instruction+|details|information|summary|title|sentence+|word+|text+|question+|list+|step+|"
     "schedule|plan+|idea+|approach|strategy|data|chapter|character+|report|email|document|tips|"
     "assistant|ai|chatgpt|chat|conversation|版本|建议|问题|文章|sounds|glad|you|your+", -1.5},
    {kThanks, "thank+|please|cheers|appreciate|谢谢|感谢|请", -1},
    {kNext, "ready to|i am ready|i will|let me|let us|i want you|i am looking for|@ need to|"
     "@ should|we can|i can see|focus on|i said|i told|i asked|i mean|i understand|i see|i guess|"
     "figure out|i feel|我明白|i want to know|i want to ask|you mentioned|you said", -1.5},
    {kDeixis, "this|that|these|those|it|them|there|one+|stuff|thing+|such|same|这|那|你", -0.5},
    {kNever, "hit the ground|drawing on|fishing for|dying to|dying for|run into|ran into|out of|"
     "play it by|beat around|in the long run|on the same page|sleep on|not sure i|not sure if|"
     "not sure whether|do not think i|do not know if|do not know whether|i doubt|not that i|"
     "maybe i|if i were|if i was|if i had|if only|i might|不确定|也许我|可能我|suppose|imagine|assume|"
     "assuming|pretend|let us say|what if|say i|如果|假如|假设|要是|假装|想象|tells me|said to me|he said|"
     "she said|he says|she says|he told|she told|my character|according to|他说|她说|他们说|告诉我|told me i|"
     "told me my|told me we|told me that|told me :", -100},
    {kRequest, "please|can|could|would|will|make|give|tell|show|help|add|update|change|create|"
     "explain|provide|send|list|generate|use|keep|suggest|find|write|put|do|try|include|consider|"
     "describe|stop|remember|get|take|let|how|what|why|where|who|which|is|are|does|did|should|if"},
    {kWriting, "write|compose|draft|generate|create|develop"},
    {kGenre, "story|poem|song|essay|letter|email|speech|script|dialogue|article|post|tweet|"
     "paragraph|resume|cv"},
    {kVoice, "perspective|voice|pov|style|:|story|poem|song|speech|script|dialogue|lyrics|tweet"},
    {kMaterial, "dear|hello everyone|regards|sincerely|yours|best wishes|尊敬的|此致|敬礼|fix this|fix my|"
     "correct this|correct my|proofread|translate|rewrite|rephrase|paraphrase|improve this|"
     "improve my|edit this|edit my|shorten|summarize|summarise|check this|check my|review my|"
     "revise|make this|reply to|respond to|response to|tweet this|continue this|complete this|"
     "the following|below|here is a|here is an|here is the|here are|this text|this sentence|"
     "this email|this article|this speech|this letter|this story|use this|read this|based on the|"
     "改写|翻译|润色|修改这|以下|下面|这段|这句|这篇|总结|polish this|third person|spell check|turn this into|"
     "turn it into|turn into|convert this|cover letter for|grammar check"},
    {kPart, "act as|you are my|be my|role play|you are now|in character|my character|play the role|"
     "i want you to be|imagine you|from now on you|扮演|假装你|角色|pretend"},
    {kNameIs, "my name|i am called|call me|i go by|我叫|我的名字", 3},
    {kSelfIs, "i am|i have been|i became|i turned|i went|@ got|as|我是|我今年"},
    {kSelfWas, "i am no longer|i am not|i used to be|i used to work as"},
    {kWorkAs, "i work as|i now work as|new job as|my job as|我的职业是|我从事", 3},
    {kHomeIs, "@ live|@ am living|based in|@ moved to|i now live|我住|我搬到|我现在住|我目前住", 3},
    {kHomeWas, "i no longer live in|i used to live in|i do not live in|i moved away from", 3},
    {kSpeaks, "i speak|i can speak|i am fluent in|my native language|my mother tongue|我会说", 3},
    {kOccupation, "builder|operator|tradie|nurse|doctor|surgeon|dentist|vet|veterinarian|"
     "pharmacist|therapist|psychologist|teacher|professor|tutor|librarian|student|researcher|"
     "scientist|biologist|engineer|developer|programmer|analyst|architect|designer|artist|painter|"
     "musician|producer|actor|actress|photographer|writer|author|poet|journalist|editor|translator|"
     "accountant|banker|consultant|manager|director|assistant|technician|mechanic|electrician|"
     "plumber|carpenter|gardener|farmer|chef|cook|baker|barista|bartender|waiter|waitress|driver|"
     "pilot|lawyer|attorney|solicitor|judge|firefighter|salesman|entrepreneur|ceo|freelancer|"
     "recruiter|hairdresser|coach|trainer|instructor|athlete|dancer|singer|律师|医生|护士|老师|教师|工程师|程序员|"
     "设计师|学生|记者|作家|司机|厨师|经理|演员|会计|警察|摄影师|教授|农民|公务员", 1},
    {kNoOccupation, "bit|big|little|good|great|terrible|bad|better|amateur|retired|ai|not"},
    {kDietName, "vegan|vegetarian|pescatarian|keto|素食", 2, kPreferences},
    {kStatus, "single|married|divorced|engaged|widowed|单身|已婚"},
    {kPartner, "wife|husband|girlfriend|boyfriend|fiance|fiancee|partner|spouse|missus|丈夫|妻子|老公|老婆|"
     "女友|男友|女朋友|男朋友", 1.5},
    {kRelative, "daughter+|son+|baby|kid+|child|children|twins|mother|father|mom|dad|mum|"
     "grandmother|grandfather|grandma|grandpa|aunt|uncle|cousin|brother+|sister+|niece|nephew|"
     "friend|roommate|boss|colleague|dog+|puppy|cat+|horse+|孩子|儿子|女儿|爸爸|妈妈|父母|parents|family|"
     "friends|neighbor+|colleagues|manager|pet|朋友|老板|哥哥|姐姐|弟弟|妹妹", 1.5},
    {kLanguage, "english|spanish|french|german|italian|portuguese|dutch|swedish|polish|russian|"
     "greek|turkish|arabic|hindi|mandarin|chinese|japanese|korean|vietnamese|thai|indonesian"},
    {kNoName, "american|british|irish|canadian|australian|indian|christian|muslim|jewish|buddhist|"
     "ai|slack|linux|windows|mac|azure|docker|github|python|java|react|minecraft|sales|marketing|"
     "excel|good|great|fine|ok|okay|happy|sorry|sure|back|here|ready|new|so|not|from|in|at"},
    {kChange, "moved|now|new|got married|became|started|start|switched|promoted|joined|since|"
     "moving|relocated|recently|搬|换了|新"},
    {kAdvice, "recommend|recommendation+|suggest|suggestion+|advice|tips|should i|建议|推荐"},
    {kCode, "python|function|code|api|server|编程|error+|database", -2},
    {kQuestion, "?|？"},
    {kEmoji, "😂|😊|😍|👍|❤|🎉|🔥"},
  });
}();
// clang-format on

}  // namespace soulprint
