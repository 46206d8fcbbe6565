// What is a secret, and what only looks like one.

#include "pipeline/secrets.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

// Literals in two parts keep scanners of repositories quiet: none of these was ever valid.
std::string Key(const std::string& begin, const std::string& rest) { return begin + rest; }

TEST(HoldsSecret, PasswordsBesideAWordForThem) {
  for (const char* const text : {"My password is hunter2",
                                 "Password: correcthorse",
                                 "password = s3cr3t!",
                                 "The router password is Tulpe!77x and it works",
                                 "The password for the office wifi is Blauwal99",
                                 "Changed the password to Kx9!mmQ2 yesterday",
                                 "Uses hunter2 as password everywhere",
                                 "Qwerty123 is my Netflix password",
                                 "password hunter2 for the laptop",
                                 "The password is \"swordfish\" for all of them",
                                 "wifi-password: 1234567890",
                                 "The passcode is 482913",
                                 "Passwort: Sommer2024",
                                 "Mein Passwort lautet geheim123",
                                 "Das Passwort für das WLAN ist Kuckuck7!",
                                 "Kennwort: Apfelbaum",
                                 "La contraseña es gato1234",
                                 "Contraseña: MiPerro2020",
                                 "Le mot de passe est Soleil75",
                                 "Mot de passe : Soleil75",
                                 "A senha é flamengo10",
                                 "Wachtwoord: fiets1985",
                                 "Lösenord: Sommar22",
                                 "şifre: ankara06",
                                 "Мой пароль: zima2024",
                                 "Пароль это Zima2024",
                                 "我的密码是abc12345",
                                 "密码：hunter2",
                                 "パスワードはneko1234です",
                                 "비밀번호는 sarang99",
                                 "pwd=Admin2020",
                                 "La clave es Luna2024x",
                                 "The wifi password is sunshine and it works",
                                 "login: ana, pass: tiger99",
                                 "Uses two passwords: hunter2, tiger99",
                                 "كلمة المرور: qamar1990",
                                 "password is 'letmein'",
                                 "My wifi password's hunter22",
                                 "I use the same password, Rex2015!, for everything",
                                 "Mein WLAN-Passwort heißt Sonnenblume7",
                                 "password dell'account: Roma1927!",
                                 "Mon mot de passe c'est Bisou2019",
                                 "Мой пароль от почты — Zaika2001",
                                 "Passcode 998877",
                                 "Wi-Fi key: 5GHz-blau-77",
                                 "Password: P@ssw0rd!"}) {
    EXPECT_TRUE(HoldsSecret(text)) << text;
  }
}

TEST(HoldsSecret, CodesBesideAWordForThem) {
  for (const char* const text :
       {"My PIN is 4821", "PIN: 4821", "The PIN for the debit card is 482193", "4821 is my PIN",
        "Uses 1957 as PIN", "Geheimzahl: 9034", "PIN-Code 4821", "CVV 123", "The CVC is 9481",
        "The alarm code is 7745", "Die PIN meiner EC-Karte ist 8431", "my pin's 4455",
        "security code on the back: 345", "backup codes: 8371-2938, 2918-3847",
        "Recovery code: 8f3k-29dk-x1z9",
        "seed phrase: ripple market salad ocean tiger window planet copper silver garden bridge "
        "violin",
        "Product key: VK7JG-NPHTM-C97JM-9MPGT-3V66T"}) {
    EXPECT_TRUE(HoldsSecret(text)) << text;
  }
}

TEST(HoldsSecret, KeysAndTokens) {
  for (const std::string& text :
       {Key("sk-", "proj-a8Kd93mfLq02nXcV7bRtY5uW"),
        "Uses the key " + Key("sk-", "ant-api03-Zk39fjQm2LxP8vTr") + " in scripts",
        Key("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
        Key("AKIA", "IOSFODNN7EXAMPLE"),
        Key("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"),
        Key("glpat-", "x9Yb2Kq7Lm4Nz1Wc8Rv"),
        Key("xoxb-", "2048912-7712340-aBcDeFgH12"),
        Key("AIza", "SyD8f3kQ9mLx27vTrYbNc4WzKp1JhGe5Uo"),
        Key("hf_", "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"),
        Key("github_pat_", "11ABCDEFG0aBcDeFgHiJ_kLmNoPqRs"),
        Key("eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r"),
        std::string("-----BEGIN RSA PRIVATE KEY----- MIIEow"),
        std::string("-----BEGIN OPENSSH PRIVATE KEY-----"),
        std::string("The token is 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
        std::string("wJalrXUtnFEMI/K7MDENG/bPxRfiCYzK3x8Q2mLp"),
        std::string("API_TOKEN=q7Zp3LmX9vKt2RbN8wYc5HdJ4sGf6QaE"),
        std::string("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
        Key("GOCSPX-", "a8Kd93mfLq02nXcV7bRtY5uW"),
        Key("SK", "9f86d081884c7d659a2feaa0c55ad015"),
        Key("aws_secret_access_key = wJalrXUtnFEMI", "/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        std::string("token: kf93mz81qpl0"),
        std::string("api key: 8842kfjq-mm29x8"),
        std::string("Bearer 7f3kd92mzz81qpl0"),
        std::string("postgres://admin:hunter2@db.example.com/app"),
        std::string("https://example.com/hook?token=8fj39dkq02mz"),
        std::string("https://hooks.slack.com/services/T01/B02/8fj39dkq02mz")}) {
    EXPECT_TRUE(HoldsSecret(text)) << text;
  }
}

TEST(HoldsSecret, NumbersOfCardsAccountsAndDocuments) {
  for (const char* const text : {"4111 1111 1111 1111",
                                 "Pays with 5500005555555559",
                                 "378282246310005",
                                 "3782 822463 10005",
                                 "4111-1111-1111-1111, 12/27",
                                 "card 6011 1111 1111 1117 expires soon",
                                 "DE89 3704 0044 0532 0130 00",
                                 "IBAN GB82WEST12345698765432",
                                 "My account is nl91abna0417164300, use it",
                                 "FR14 2004 1010 0505 0001 3M02 606",
                                 "BE68 5390 0754 7034 is the account",
                                 "SSN 123-45-6789",
                                 "078-05-1120",
                                 "Social security number: 123 45 6789",
                                 "Passport number X1234567",
                                 "The passport no. is 912803456",
                                 "Reisepass C01X00T47",
                                 "Pasaporte número AAB123456",
                                 "паспорт 4509 123456",
                                 "护照号码是E12345678",
                                 "身份证号：11010519491231002X",
                                 "11010519491231002X",
                                 "Aadhaar 2234 5678 9012",
                                 "CPF 111.444.777-35",
                                 "529.982.247-25",
                                 "DNI 12345678Z",
                                 "codice fiscale RSSMRA85T10A562S",
                                 "Personalausweisnummer L01X00T471",
                                 "driver's license D1234567",
                                 "NHS number 943 476 5919",
                                 "national insurance number AB 12 34 56 C",
                                 "Account number 12345678",
                                 "900101-1234567",
                                 "Personal number 19811218-9876",
                                 "account no 12345678",
                                 "Sort code 12-34-56",
                                 "PAN ABCDE1234F",
                                 "ID number 8501015009087",
                                 "NI number QQ 12 34 56 C",
                                 "Steuer-ID 12 345 678 901",
                                 "numéro de sécurité sociale 1 85 05 78 006 084 36",
                                 "Medicare number 1EG4-TE5-MK73",
                                 "routing number 021000021"}) {
    EXPECT_TRUE(HoldsSecret(text)) << text;
  }
}

TEST(HoldsSecret, WordsForSecretsAloneAreNone) {
  for (const char* const text : {"Uses a password manager",
                                 "Password manager: Bitwarden",
                                 "The password manager is Bitwarden",
                                 "Forgot the password twice in 2024",
                                 "The password is too weak",
                                 "The password is wrong",
                                 "The password is 1234 days old",
                                 "His password policy requires 12 characters",
                                 "Password reset: 2024-05-01",
                                 "Wants password-free login: passkeys",
                                 "Hashes passwords with bcrypt2",
                                 "Uses SHA256 as the password hash",
                                 "Stores the password in 1Password",
                                 "Works on OAuth2 access token refresh",
                                 "The access token is refreshed every 30 minutes",
                                 "Collects PIN codes of Indian towns",
                                 "Lives in Bangalore, PIN code 560001",
                                 "Connects the LED to pin 13",
                                 "The key is patience",
                                 "La clave es paciencia",
                                 "La parola è bella",
                                 "Key insight: start small",
                                 "Plays in the key of C# minor",
                                 "A token of love",
                                 "Secret recipe: 200 g flour",
                                 "Passport expires on 2031-03-12",
                                 "Renewed the passport in March 2024",
                                 "Has a German passport since 2019",
                                 "Got a driver's license at 18",
                                 "Applied for social security in 2023",
                                 "Works for the NHS since 2015",
                                 "The passport is valid until 12 03 2031",
                                 "Lost the ID card on 12.03.2024",
                                 "忘记了密码",
                                 "密码管理器很好用",
                                 "Пароль неверный",
                                 "Das Passwort ist falsch",
                                 "El mot de passe est oublié",
                                 "研究密码学2024年",
                                 "护照2019年办的",
                                 "密码是我的生日",
                                 "Passport to Paris is a favorite film",
                                 "Password is a TV show from 1961",
                                 "Drops the column password_reset_token",
                                 "The password/username form has 2 fields",
                                 "Has a boarding pass LH12345",
                                 "The API key docs/keys/rotation2024.md moved",
                                 "Password: https://example.com/reset2024",
                                 "Works on risk-assessment-2024-framework-v2",
                                 "Had a CVC in 2023",
                                 "Wants to keep a secret from 12 colleagues"}) {
    EXPECT_FALSE(HoldsSecret(text)) << text;
  }
}

TEST(HoldsSecret, OtherNumbersAndLongWordsStay) {
  for (const char* const text :
       {"ISBN 978-3-16-148410-0",
        "ISBN 3-16-148410-0",
        "9783161484100",
        "Phone +49 151 23456789",
        "+4111111111111111",
        "Call (555) 123-4567",
        "06 12 34 56 78",
        "Order number 114-3941689-8772232",
        "Order number 4111111111111111",
        "Tracking number 1Z999AA10123456784",
        "Invoice 2024-000123",
        "Earns 85,000.00 EUR a year",
        "Paid 1 234 567 yen",
        "Born on 1990-05-02, married on 02.05.2019",
        "2019-2024 in Berlin",
        "From 08:30 to 17:45",
        "Commit 9f86d08",
        "Commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b broke it",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "550e8400-e29b-41d4-a716-446655440000",
        "192.168.178.21",
        "00:1A:2B:3C:4D:5E",
        "52.520008, 13.404954",
        "Flight LH1234 on 2024-05-01",
        "Runs PostgreSQL 15.4 and Python 3.11.2",
        "AbstractSingletonProxyFactoryBean2024Implementation",
        "/home/ana/Projects/Soulprint2024/src/Components/MainButton.tsx",
        "https://docs.google.com/document/d/1AbC2dEfG3hIjK4lMnO5pQrS6tUvW7xYz8/edit",
        "https://youtu.be/1AbC2dEfG3hIjK4lMnO5pQrS6tUvW7xYz8",
        "https://example.com/how-to-cook-10-meals-in-2-hours-2024",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "how-to-plan-a-garden-in-3-steps-for-beginners-2024-edition",
        "1111 2222 3333 4444",
        "4111 1111 1111 1112",
        "41 1111 1111 1111 11",
        "a-guide-to-the-2024-and-2025-editions-of-the-book",
        "1234567890123456",
        "DE12 3456 7890 1234 5678 90",
        "1dc23631-cd70-4894-9e51-0a84ebd6d4d2/files/0e0981c2-1224-4b1c-aeab-42529485a35e",
        "GB is short for Great Britain",
        "IMEI 353918057123458",
        "123-45-678",
        "Part number 123-45-6789",
        "order 123-45-6789",
        "Model WH-1000XM4",
        "r1bqkb1r/pp1n1ppp/2p1pn2/8/2BP4/2N2N2/PP3PPP/R1BQKB1R",
        "Screenshot_2024-05-12-10-22-33-123_com.example.app.png",
        "Its card ends in 4242",
        "Library card 21234567890123",
        "Licence plate B-MW 1234",
        "Room A1204, desk 17",
        "ana.ribeiro@example.com",
        "ÄÖÜ 漢字 😀",
        ""}) {
    EXPECT_FALSE(HoldsSecret(text)) << text;
  }
}

TEST(HoldsSecret, TakesLongTexts) {
  EXPECT_FALSE(HoldsSecret(std::string(100000, 'a')));
  EXPECT_FALSE(HoldsSecret(std::string(100000, '0')));
  std::string words;
  for (int i = 0; i < 20000; ++i) words += "password ";
  EXPECT_FALSE(HoldsSecret(words));
}

}  // namespace
}  // namespace soulprint
