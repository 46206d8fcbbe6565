// Splits a folded text where letters and numbers end.

#include "pipeline/compare_words.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <unordered_set>
#include <utility>

#include "pipeline/letters.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kBeginning = 5;  // characters

// None that is a word of content or a name in another of these languages ("man", "son", "Mia").
constexpr std::string_view kSmallWords =
    "an the and or but if so to of in on at by for with from into about as than then that this "
    "these those there here it its he she him her his they them their we our you your yours me "
    "my mine myself is am are was were be been being do does did have has had having will would "
    "can could should may might must not no nor just very too also really only some any all more "
    "most much many other such own same what which who whom whose when where why how up down out "
    "over again once because while before after between both each few lot don doesn didn isn aren "
    "wasn weren wouldn couldn shouldn hasn haven hadn ve ll re im "
    // German
    "der die das den dem des ein eine einen einem einer eines und oder aber wenn zu von im am auf "
    "bei mit aus uber als wie dass dieser diese dieses es er sie ihn ihm ihr ihre ihren sein "
    "seine seinen seiner wir uns unser unsere du dich dir dein deine ich mich mir mein meine "
    "meinen meiner meinem ist bin bist sind waren habe haben hatte hatten wird werden wurde "
    "kann konnte muss soll nicht kein keine auch nur noch schon sehr mehr was wer wo wann warum "
    "sich nach vor um durch zum zur da dann doch "
    // French
    "le la les un une du de et ou mais si que qui dont dans en sur par pour avec sans ce cet cette "
    "ces il elle ils elles nous vous tu je te se moi toi lui leur leurs mon ma mes ta tes sa "
    "ses notre nos votre vos est suis sommes etes sont etait avons avez ont avait etre avoir ne "
    "pas plus tres aussi au aux "
    // Spanish
    "el los las una unos unas del pero quien sobre con sin este esta estos estas ese esa eso lo "
    "su sus mi mis tus yo ellos soy eres somos fue ser estar estoy estan he ha hemos "
    "han habia mas muy tambien al como cuando donde porque "
    // Portuguese
    "os um uma do dos das mas em na nas com sem isso ele ela eles elas voce meu minha meus "
    "minhas seu sua seus suas sou foi estou estao tenho tem nao mais muito tambem ao quando "
    "onde "
    // Italian
    "gli uno di della dei delle ma che chi nel nella per senza questo questa quello quella lei noi "
    "voi io ti ci mio miei mie tuo suo sono sei siamo essere ho hai abbiamo hanno non piu "
    "molto anche alla perche "
    // Dutch
    "het een maar dat dit op voor met uit aan bij naar om te hij zij ze wij je jij ik mij mijn "
    "zijn haar bent heb hebt heeft hebben niet geen ook nog wel meer heel wat wie waar";

bool IsSmallWord(std::string_view word) {
  static const auto& words = *new auto([] {
    const std::vector<std::string_view> list = Split(kSmallWords, ' ');
    return std::unordered_set<std::string_view>(list.begin(), list.end());
  }());
  return words.contains(word);
}

// Accents, but no vowel sign of an Indic script, no mark of a kana and no tone of Thai: these have
// combining classes of their own.
bool IsDiacritic(utf8proc_int32_t c) {
  const utf8proc_propval_t combining = utf8proc_get_property(c)->combining_class;
  return combining == 1 || (combining >= 10 && combining <= 36) || combining >= 202;
}

// The letter under its diacritics; 0 if it is one itself.
char32_t BareLetter(char32_t c) {
  if (c < 0x80) return c;
  std::array<utf8proc_int32_t, 8> parts{};
  int last = 0;
  const utf8proc_ssize_t count = utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(c), parts.data(), static_cast<utf8proc_ssize_t>(parts.size()),
      UTF8PROC_DECOMPOSE, &last);
  if (count < 1 || count > static_cast<utf8proc_ssize_t>(parts.size())) return c;
  const auto end = parts.begin() + count;
  if (std::all_of(parts.begin(), end, IsDiacritic)) return 0;
  const bool bare = !IsDiacritic(parts[0]) && std::all_of(parts.begin() + 1, end, IsDiacritic);
  return bare ? static_cast<char32_t>(parts[0]) : c;
}

bool IsDense(char32_t c) { return IsWrittenWithoutSpaces(c) || (c >= 0xAC00 && c <= 0xD7A3); }

std::string Utf8(std::u32string_view characters) {
  std::string text;
  for (const char32_t c : characters) AppendCharacter(c, &text);
  return text;
}

void AddWord(std::u32string_view letters, std::vector<ComparedWord>* words) {
  const bool is_number = letters.front() >= '0' && letters.front() <= '9';
  if (letters.size() < 2 && !is_number) return;
  std::string text = Utf8(letters);
  if (IsSmallWord(text)) return;
  if (letters.size() > 3 && letters.ends_with(U's') && !letters.ends_with(U"ss")) {
    letters.remove_suffix(1);
  }
  words->push_back({std::move(text), false, is_number ? "" : Utf8(letters.substr(0, kBeginning))});
}

void AddPairs(std::u32string_view letters, std::vector<ComparedWord>* words) {
  words->push_back({Utf8(letters.substr(0, 2)), false, ""});
  for (std::size_t i = 1; i + 1 < letters.size(); ++i) {
    words->push_back({Utf8(letters.substr(i, 2)), true, ""});
  }
}

}  // namespace

std::vector<ComparedWord> ComparedWords(std::string_view text) {
  const std::string folded = FoldCase(text);
  std::vector<ComparedWord> words;
  std::u32string run;  // of letters that are all dense, or all not
  const auto end_run = [&] {
    if (!run.empty()) IsDense(run.front()) ? AddPairs(run, &words) : AddWord(run, &words);
    run.clear();
  };
  InterruptsNowAndThen interrupts;
  for (std::size_t at = 0; at < folded.size();) {
    interrupts.Step();
    const char32_t c = BareLetter(NextCharacter(folded, &at));
    if (c == 0 || IsInvisible(c)) continue;
    if (!IsPartOfWord(c) || (!run.empty() && IsDense(c) != IsDense(run.front()))) end_run();
    if (IsPartOfWord(c)) run += c;
  }
  end_run();
  return words;
}

}  // namespace soulprint
