// A value counts if it stands right behind a name for a secret, or behind a link in the words that
// follow: "PIN 4821", "the password for the office is hunter2".  Each kind of name says which
// values it believes, so that a name alone is no secret: "uses a password manager" stays.

#include "pipeline/secrets.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "pipeline/secret_forms.hpp"
#include "util/ascii.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using WordList = std::span<const std::string_view>;

constexpr auto npos = std::string_view::npos;

// WordList between a name and its value.
constexpr std::string_view kLinks =
    "is, was, are, be, of, to, as, it, its, it's, s, still, now, set, number, no, nr, num, "
    "numero, número, card, numéro, nummer, номер, karte, kreditkarte, carte, tarjeta, карты, "
    "ist, war, lautet, heisst, es, era, est, était, c'est, è, é, jest, är, er, là, adalah, это, "
    "είναι, هي, היא, है, คือ, 是, 为, 為, は, が, 은, 는, 号, 號, 码, 碼, 番, 호";

// WordList between a value and its name: "hunter2 is my password".
constexpr std::string_view kLinksBack = "is, as, ist, als, es, como, est, comme";

// WordList that may follow a password in its sentence.
constexpr std::string_view kNext = "and, for, on, at, but, und, für, y, para";

// What is said of a password and is none.
constexpr std::string_view kQualities =
    "wrong, weak, strong, expired, incorrect, invalid, required, missing, safe, secure, lost, "
    "changed, forgotten, reset, long, short, secret, unknown, needed, stored, saved, shared, "
    "same, different, simple, easy, leaked, hacked, stolen, encrypted, hashed, falsch, "
    "vergessen, sicher, schwach, abgelaufen, incorrecta, segura, olvidada, oublié, faible, "
    "errada, fraca, http, https";

// Names with digits that stand beside such words and are no values.
constexpr std::string_view kTechnology =
    "oauth2, sha1, sha256, sha-256, sha512, md5, base64, pbkdf2, argon2, argon2id, wpa2, wpa3, "
    "aes256, aes-256, fido2, 1password, windows10, windows11";

// --- words

bool IsLetter(char c) { return IsAsciiLetter(c) || (c & 0x80) != 0; }
bool IsLetterOrDigit(char c) { return IsAsciiDigit(c) || IsLetter(c); }

// Without the signs around it.
std::string_view Core(std::string_view word) {
  const auto* const begin = std::ranges::find_if(word, IsLetterOrDigit);
  while (word.end() != begin && !IsLetterOrDigit(word.back())) word.remove_suffix(1);
  return {begin, word.end()};
}

bool IsLink(std::string_view word) {
  const std::string_view core = Core(word);
  return core.empty() || IsListed(core, kLinks);
}

bool WordEndsSentence(std::string_view word) {
  return std::string_view(".;!?").find(word.back()) != npos;
}

bool IsDigits(std::string_view word, std::size_t least, std::size_t most) {
  const std::string_view core = Core(word);
  return core.size() >= least && core.size() <= most && Count(core, IsAsciiDigit) == core.size();
}

// Letters with digits or signs, as no word of a sentence has them.
bool IsMixed(std::string_view word, std::size_t least) {
  const std::string_view core = Core(word);
  const bool path = core.find('/') != npos && core.find('.') != npos;
  return core.size() >= least && !path && Count(core, IsLetter) > 0 &&
         (Count(core, IsAsciiDigit) > 0 || core.find_first_of("!#$%^&*+?~|\\@") != npos) &&
         !IsListed(core, kTechnology);
}

// A day, a month, or two years.
bool IsDate(std::string_view number) {
  constexpr std::string_view kForms =
      "9999.99.99, 99.99.9999, 9.9.9999, 99.9.9999, 9.99.9999, 9999.9999, 9999.99, 99.9999";
  std::string form(number);
  for (char& c : form) c = IsAsciiDigit(c) ? '9' : '.';
  const std::string_view year = form.starts_with("9999") ? number : LastCharacters(number, 4);
  return IsListed(form, kForms) && (year.starts_with("19") || year.starts_with("20"));
}

// --- values

// Gets the words between a name and a value, and those from the value on.
using Fits = bool (*)(WordList between, WordList value);

// True if the word ends what is said: "password is sunshine and …", not "password is safe with …".
bool IsLast(WordList value) {
  if (value.size() == 1 || !IsLetterOrDigit(value[0].back())) return true;
  const std::string_view next = Core(value[1]);
  return next.empty() || static_cast<unsigned char>(next[0]) >= 0xE3 || IsListed(next, kNext);
}

// "password manager: Bitwarden" is none, "password for home: swordfish" is one.
bool IsPlainPassword(WordList between, WordList value) {
  const std::string_view core = Core(value[0]);
  return !between.empty() && (IsLink(between[0]) || CountCharacters(between[0]) <= 4) &&
         core.size() >= 4 && Count(core, IsAsciiDigit) == 0 && !IsListed(core, kQualities);
}

bool IsPassword(WordList between, WordList value) {
  return IsMixed(value[0], 4) || IsDigits(value[0], 6, 30) ||
         (IsLast(value) && (IsDigits(value[0], 4, 5) || IsPlainPassword(between, value)));
}

bool IsCode(WordList, WordList value) {
  const std::string_view core = Core(value[0]);
  return IsMixed(core, 6) || (Count(core, IsAsciiDigit) >= 6 && !IsDate(core));
}

bool IsKey(WordList, WordList value) {
  return IsMixed(value[0], 12) && Count(value[0], IsAsciiDigit) > 0;
}

template <std::size_t least, std::size_t most>
bool IsNumber(WordList, WordList value) {
  return IsDigits(value[0], least, most);
}

bool IsPhrase(WordList, WordList value) {
  constexpr std::size_t kWords = 12;
  return value.size() >= kWords && std::ranges::all_of(value.first(kWords), [](auto word) {
           const std::string_view core = Core(word);
           return core.size() >= 3 && core.size() <= 8 && Count(core, IsAsciiLower) == core.size();
         });
}

// In one piece, or in groups with up to two letters between; the fewer digits, the longer.
bool IsDocument(WordList, WordList value) {
  std::string number;
  for (std::string_view word : value) {
    const std::string_view core = Core(word);
    const bool group = Count(core, IsAsciiDigit) > 0;
    if (!group && core.size() > 2) return false;
    if (!group) continue;
    number += (number.empty() ? "" : "-") + std::string(core);
    if (IsDate(number)) return false;
    const std::size_t digits = Count(number, IsAsciiDigit);
    if (digits >= 3 && digits + Count(number, IsAsciiWord) >= 11) return true;
  }
  return false;
}

struct Kind {
  Fits fits;
  std::string_view names;
};

constexpr Kind kKinds[] = {
    {IsPassword,
     "password, passwort, kennwort, passcode, passphrase, passwd, contraseña, senha, "
     "mot de passe, wachtwoord, lösenord, adgangskode, passord, salasana, salasana on, jelszó, "
     "şifre, kata sandi, mật khẩu, парол, пароль, κωδικός, كلمة السر, كلمة المرور, סיסמה, "
     "पासवर्ड, รหัสผ่าน, รหัสผ่านคือ, 密码, 密碼, 口令, パスワード, 비밀번호"},
    // These mean other things as well.
    {IsCode,
     "pwd, pw, mdp, puk, clave, parola, hasło, heslo, recovery code, recovery key, backup code, "
     "access code, and pass, otp, one-time code, verification code, authentication code, "
     "combination, wifi "
     "key, wi-fi key, wlan-schlüssel, network key, pan"},
    {[](WordList between, WordList value) { return !between.empty() && IsCode(between, value); },
     "pass"},
    {IsKey,
     "api key, apikey, secret key, access key, private key, bearer, token, secret, product key, "
     "license key, licence key, api-schlüssel, clave api, clé api, 密钥, key:, sig:, signature:"},
    {IsNumber<4, 6>,
     "pin, пин, geheimzahl, door code, alarm code, garage code, gate code, unlock code, "
     "lock code, safe code, code for the door, code to the door, code for the gate, code for the "
     "alarm"},
    // Also a place in India, of six digits.
    {IsNumber<4, 5>, "pin code, pincode, código pin, пин-код, пинкод"},
    {IsNumber<3, 4>, "cvv, cvc, cvv2, cvv code, cvc code, security code, code on the back"},
    {IsPhrase, "seed phrase, recovery phrase, recovery words, mnemonic"},
    {IsDocument,
     "passport, reisepass, reisepassnummer, passeport, pasaporte, passaporto, passaporte, "
     "paspoort, паспорт, снилс, инн, 护照, 護照, 身份证, 身分證, 银行卡, 银行账号, パスポート, "
     "マイナンバー, 주민등록, 여권, ssn, social security, my social, social insurance, nino, "
     "national insurance, ni number, national id, identity card, identity number, id card, "
     "id number, personal number, tax number, tax file number, tax id, itin, license, licence, "
     "nhs, medicare, aadhaar, aadhar, dni, nif, curp, cpf, bsn, pesel, personnummer, kimlik, "
     "ktp, codice fiscale, sécurité sociale, personalausweis, personalausweisnummer, "
     "ausweisnummer, sozialversicherungsnummer, steuer-id, steuernummer, führerschein, "
     "account number, account no, account nr, routing number, sort code, kontonummer, "
     "número de cuenta, card number"}};

// --- names in a text

bool IsSign(char32_t c) {
  return c == ':' || c == '=' || c == 0xAB || c == 0xBB || (c >= 0x2010 && c < 0x2070) ||
         (c >= 0x2190 && c < 0x3040) || c >= 0x1F000;
}

// Folded words with spaces on either side.  Signs outside of ASCII, ":" and "=" are each a word
// ":"; each character of Chinese, Japanese and Korean is a word.
std::string Plain(std::string_view text) {
  constexpr char32_t kDense = 0x3040;
  const std::string folded = FoldCase(text);
  std::string plain = " ";
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t begin = at;
    const char32_t c = NextCharacter(folded, &at);
    const std::string same = folded.substr(begin, at - begin);
    plain += IsSign(c) ? " : " : IsSpace(c) ? " " : c >= kDense ? ' ' + same + ' ' : same;
  }
  return plain + ' ';
}

// Names are looked for where no sign parts words: "api-key", "API_KEY", "(password)".
std::string WithoutSigns(std::string plain) {
  std::ranges::replace_if(
      plain, [](char c) { return !IsLetterOrDigit(c) && c != ':'; }, ' ');
  return plain;
}

struct Name {
  std::string text;  // with a space before it
  Fits fits;
};

std::vector<std::string_view> WordsIn(std::string_view plain) {
  std::vector<std::string_view> words = Split(plain, ' ');
  std::erase(words, "");
  return words;
}

std::vector<Name> MakeNames() {
  std::vector<Name> names;
  for (const Kind& kind : kKinds) {
    for (std::string_view part : Split(kind.names, ',')) {
      const std::string name = WithoutSigns(Plain(part));
      names.push_back({' ' + std::string(Trim(name)), kind.fits});
    }
  }
  return names;
}

bool IsToldAfter(WordList after, Fits fits) {
  constexpr std::size_t kMostBetween = 9;
  for (std::size_t i = 0; i < after.size() && i <= kMostBetween; ++i) {
    const bool linked = i == 0 || IsLink(after[i - 1]);
    if (linked && fits(after.first(i), after.subspan(i))) return true;
    if (i > 0 && WordEndsSentence(after[i - 1]) && !IsLink(after[i])) return false;
  }
  return false;
}

bool IsToldBefore(WordList before, Fits fits) {
  constexpr std::size_t kMostBetween = 4;
  for (std::size_t back = 1; back <= kMostBetween && back < before.size(); ++back) {
    const std::size_t link = before.size() - back;
    if (IsListed(Core(before[link]), kLinksBack)) return fits({}, before.subspan(link - 1));
  }
  return false;
}

}  // namespace

bool HoldsSecret(std::string_view text) {
  static const auto& names = *new std::vector<Name>(MakeNames());
  constexpr std::size_t kNear = 300;  // characters
  if (HoldsSecretForm(text)) return true;
  const std::string words = Plain(text);
  const std::string_view plain = words;
  const std::string places = WithoutSigns(words);
  return std::ranges::any_of(names, [&](const auto& name) {
    const std::size_t size = name.text.size();
    for (std::size_t at = places.find(name.text); at != npos; at = places.find(name.text, at + 1)) {
      const std::size_t end = places.find(' ', at + size);
      // A longer name may have the ending of a plural or a case.
      const std::size_t ending = CountCharacters(plain.substr(at + size, end - (at + size)));
      if (ending > (size > 5 ? 2 : 0)) continue;
      if (IsToldAfter(WordsIn(FirstCharacters(plain.substr(end), kNear)), name.fits) ||
          IsToldBefore(WordsIn(LastCharacters(plain.substr(0, at), kNear)), name.fits)) {
        return true;
      }
    }
    return false;
  });
}

}  // namespace soulprint
