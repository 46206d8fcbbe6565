// The words that secret_words.cpp knows, as FoldCase writes them.

#pragma once

#include <string_view>

namespace soulprint {

// Names of secrets.
inline constexpr std::string_view kPasswords[] = {
    "password",   "passwort", "kennwort",     "passcode",    "passphrase", "passwd",
    "contraseña", "senha",    "mot de passe", "wachtwoord",  "lösenord",   "adgangskode",
    "passord",    "salasana", "jelszó",       "şifre",       "kata sandi", "mật khẩu",
    "пароль",     "κωδικόσ",  "كلمة السر",    "كلمة المرور", "סיסמה",      "पासवर्ड",
    "รหัสผ่าน",     "密码",     "密碼",         "口令",        "パスワード", "비밀번호"};
// These mean other things as well, so that only a value of letters and digits counts.
inline constexpr std::string_view kCodes[] = {"passwords",
                                              "pass",
                                              "pwd",
                                              "pw",
                                              "mdp",
                                              "clave",
                                              "parola",
                                              "hasło",
                                              "heslo",
                                              "recovery code",
                                              "backup code",
                                              "access code",
                                              "recovery codes",
                                              "backup codes",
                                              "wifi key",
                                              "wi-fi key",
                                              "wlan-schlüssel",
                                              "network key"};
inline constexpr std::string_view kKeys[] = {
    "api key",       "api-key",       "apikey",      "api_key",
    "secret key",    "access key",    "private key", "client secret",
    "access token",  "auth token",    "api token",   "bearer",
    "token",         "secret",        "product key", "license key",
    "licence key",   "api-schlüssel", "clave api",   "clé api",
    "密钥",          "access_key",    "secret_key",  "secret_access_key",
    "client_secret", "access_token",  "auth_token",  "api_token"};
inline constexpr std::string_view kPins[] = {"door code", "alarm code", "pin",       "pin code",
                                             "pin-code",  "пин-код",    "geheimzahl"};
inline constexpr std::string_view kCardCodes[] = {"cvv", "cvc", "cvv2", "card security code",
                                                  "security code"};
inline constexpr std::string_view kPhrases[] = {"seed phrase", "recovery phrase", "recovery words",
                                                "mnemonic"};
inline constexpr std::string_view kPassports[] = {
    "passport",   "reisepass",    "reisepassnummer", "passeport", "pasaporte", "passaporto",
    "passaporte", "paspoort",     "паспорт",         "паспорта",  "снилс",     "инн",
    "护照",       "護照",         "身份证",          "身分證",    "银行卡",    "银行账号",
    "パスポート", "マイナンバー", "주민등록",        "여권"};
inline constexpr std::string_view kDocuments[] = {"ssn",
                                                  "social security",
                                                  "nino",
                                                  "national id",
                                                  "identity card",
                                                  "identity number",
                                                  "id card",
                                                  "id number",
                                                  "ni number",
                                                  "sécurité sociale",
                                                  "tax number",
                                                  "tax file number",
                                                  "itin",
                                                  "driver's licence",
                                                  "tax id",
                                                  "driver's license",
                                                  "drivers license",
                                                  "driver license",
                                                  "driving licence",
                                                  "driving license",
                                                  "nhs",
                                                  "medicare",
                                                  "aadhaar",
                                                  "aadhar",
                                                  "dni",
                                                  "nif",
                                                  "curp",
                                                  "cpf",
                                                  "bsn",
                                                  "pesel",
                                                  "personnummer",
                                                  "codice fiscale",
                                                  "personalausweis",
                                                  "ausweisnummer",
                                                  "steuer-id",
                                                  "steuernummer",
                                                  "führerschein",
                                                  "account number",
                                                  "routing number",
                                                  "kontonummer",
                                                  "número de cuenta",
                                                  "card number",
                                                  "account no",
                                                  "account nr",
                                                  "sort code",
                                                  "personal number"};
inline constexpr std::string_view kMoreDocuments[] = {
    "social security number", "social insurance number", "national insurance",
    "personalausweisnummer", "sozialversicherungsnummer"};

// What links a name to its value.
inline constexpr std::string_view kVerbs[] = {
    "is", "was",  "are", "ist", "war",    "lautet", "es",    "era", "est", "était", "è",
    "é",  "jest", "är",  "er",  "on",     "это",    "είναι", "هي",  "היא", "है",     "คือ",
    "to", "=",    ":",   "->",  "heisst", "c'est",  "—",     "–",   "-"};
// What may stand between a name and the verb.
inline constexpr std::string_view kPrepositions[] = {
    "for", "of",  "to", "on",  "at", "in",   "für",  "vom",    "von",    "zum",  "zur",
    "am",  "im",  "de", "del", "da", "do",   "du",   "des",    "pour",   "para", "per",
    "di",  "dla", "от", "для", "к",  "voor", "till", "meiner", "meines", "der",  "dem"};
// What may stand before a value.
inline constexpr std::string_view kFillers[] = {
    "still", "now", "just",  "simply", "set",    "called", "always", "currently", "the",    "my",
    "his",   "her", "their", "our",    "a",      "noch",   "jetzt",  "immer",     "number", "no",
    "nr",    "num", "n°",    "#",      "numero", "número", "numéro", "номер",     "card",   "bank",
    "phone", "sim", "debit", "credit", "code",   "id",     "of",     "for"};
// Words after a value.
inline constexpr std::string_view kNext[] = {"and", "for", "on", "at",  "but",
                                             "und", "für", "y",  "para"};
// Words that are said of a password and are none.
inline constexpr std::string_view kQualities[] = {
    "wrong",       "weak",     "strong",    "expired",    "incorrect", "correct",
    "invalid",     "valid",    "required",  "missing",    "safe",      "secure",
    "insecure",    "lost",     "changed",   "forgotten",  "reset",     "long",
    "short",       "secret",   "private",   "unknown",    "known",     "needed",
    "necessary",   "stored",   "saved",     "shared",     "written",   "empty",
    "blank",       "optional", "different", "identical",  "same",      "complex",
    "complicated", "simple",   "easy",      "hard",       "random",    "unique",
    "compromised", "leaked",   "hacked",    "stolen",     "encrypted", "hashed",
    "rejected",    "accepted", "refused",   "denied",     "locked",    "visible",
    "hidden",      "outdated", "protected", "important",  "working",   "everything",
    "nothing",     "unusual",  "personal",  "falsch",     "vergessen", "sicher",
    "unsicher",    "schwach",  "stark",     "abgelaufen", "geheim",    "verloren",
    "incorrecta",  "segura",   "débil",     "olvidada",   "secreta",   "oublié",
    "perdu",       "sûr",      "faible",    "secreto",    "errada",    "fraca",
    "forte",       "esquecida"};
// Names with digits that stand beside such words and are no values.
inline constexpr std::string_view kTechnology[] = {
    "oauth2", "sha256",  "sha-256",  "sha512",    "sha1",     "md5",       "base64",    "bcrypt",
    "pbkdf2", "argon2",  "argon2id", "1password", "keepass2", "windows10", "windows11", "wpa2",
    "wpa3",   "ed25519", "rsa4096",  "aes256",    "aes-256",  "fido2",     "oauth2.0"};

}  // namespace soulprint
