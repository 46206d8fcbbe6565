// A name for a secret and a value; secret_forms_test.cpp has what is known without a name.

#include "pipeline/secrets.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

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
                                 "Netflix login is ana@example.org and pass Tulpe99",
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
                                 "Password: P@ssw0rd!",
                                 "password netflix: Bingo77",
                                 "The Wi-Fi password for guests is welcome",
                                 "You want my password? it's hunter2",
                                 "Here is my password. hunter2",
                                 "Password → Zebra!9",
                                 "Password 👉 swordfish",
                                 "Мой пароль «лошадка»",
                                 "The wifi password is sunshine for guests",
                                 "My password is swordfish, please remember",
                                 "The password Tulpe!rot opens everything",
                                 "**Password:** `Tiger#1987`",
                                 "My paypal password is “moonlight”",
                                 "Mot de passe wifi : Chouette33",
                                 "Мой новый пароль от почты — Zaika2001",
                                 "Mật khẩu wifi là hanoi2020",
                                 "パスワードは「sakura2020」です",
                                 "密码是 sunshine 哦",
                                 "รหัสผ่านคือ somchai99",
                                 "Şifrem: Istanbul34",
                                 "Haslo: none, hasło do wifi: Kotek2020",
                                 "gmail pw lena2009x",
                                 "The combination of the safe is 18-32-07",
                                 "The password of the old laptop is tiger99",
                                 "tiger99 is the password",
                                 "ПАРОЛЬ: ZIMA2024",
                                 "CONTRASEÑA: GATO1234",
                                 "Κωδικός: zeus2024",
                                 "DAS PASSWORT HEISST SONNE77",
                                 "WIFI_PASSWORD=tiger99",
                                 "我的密码tiger99"}) {
    EXPECT_TRUE(HoldsSecret(text)) << text;
  }
}

TEST(HoldsSecret, CodesBesideAWordForThem) {
  for (const char* const text :
       {"OTP is 994421",
        "the verification code is 55-12-90",
        "the code for the door is 4421",
        "the code on the back is 991",
        "My PIN is 4821",
        "PIN: 4821",
        "The PIN for the debit card is 482193",
        "4821 is my PIN",
        "Uses 1957 as PIN",
        "Geheimzahl: 9034",
        "PIN-Code 4821",
        "CVV 123",
        "The CVC is 9481",
        "The alarm code is 7745",
        "ＰＩＮ：４８２１",
        "Has a PIN of 4821",
        "пин-код карты 3391",
        "Die PIN meiner EC-Karte ist 8431",
        "my pin's 4455",
        "security code on the back: 345",
        "backup codes: 8371-2938, 2918-3847",
        "Recovery code: 8f3k-29dk-x1z9",
        "seed phrase: ripple market salad ocean tiger window planet copper silver garden bridge "
        "violin",
        "PUK is 12345678",
        "CVV 123",
        "Product key: VK7JG-NPHTM-C97JM-9MPGT-3V66T"}) {
    EXPECT_TRUE(HoldsSecret(text)) << text;
  }
}

TEST(HoldsSecret, KeysBesideAWordForThem) {
  for (const char* const text :
       {"token: kf93mz81qpl0", "api key: 8842kfjq-mm29x8", "Bearer 7f3kd92mzz81qpl0",
        "https://example.com/hook?token=8fj39dkq02mz",
        "The token is 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "API_TOKEN=q7Zp3LmX9vKt2RbN8wYc5HdJ4sGf6QaE", "aws_secret_access_key = kWcrlUX5JEDGM"}) {
    EXPECT_TRUE(HoldsSecret(text)) << text;
  }
}

TEST(HoldsSecret, NumbersBesideAWordForThem) {
  for (const char* const text : {"Social security number: 123 45 6789",
                                 "Passport number X1234567",
                                 "The passport no. is 912803456",
                                 "Reisepass C01X00T47",
                                 "Pasaporte número AAB123456",
                                 "паспорт 4509 123456",
                                 "护照号码是E12345678",
                                 "My passport is C4VK8W2N1",
                                 "паспорт серия 4510 номер 654321",
                                 "Aadhaar 2234 5678 9012",
                                 "DNI 12345678Z",
                                 "Personalausweisnummer L01X00T471",
                                 "driver's license D1234567",
                                 "NHS number 943 476 5919",
                                 "national insurance number AB 12 34 56 C",
                                 "Account number 12345678",
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
  for (const char* const text : {"OTP bank in Budapest hired her in 2021",
                                 "pass 12 is the steepest of the Alps",
                                 "Uses a password manager",
                                 "Password manager: Bitwarden",
                                 "The password manager is Bitwarden",
                                 "passwordless: tiger99",
                                 "spinning 4821 threads",
                                 "épin 4821",
                                 "Pinned 4821 posts",
                                 "Pinot 2015 is a good year",
                                 "Lost the passport at gate 12, flight 345678",
                                 "Sent the token to ana.ribeiro@example.com",
                                 "Password: https://example.com/reset2024/form.html",
                                 "ΚΩΔΙΚΌΣ",
                                 "The router is an AX3000; its password was printed below",
                                 "Forgot the PIN. The rent is 1200 a month",
                                 "pass: swordfish",
                                 "api key: swordfish",
                                 "PIN 482",
                                 "PIN swordfish",
                                 "CVV 12345",
                                 "passport swordfish",
                                 "passport 1234",
                                 "mnemonic: ripple market salad ocean tiger window planet copper "
                                 "silver garden bridge",
                                 "The mobile bank's token: sun2024",
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
                                 "Uses a password manager since 2019",
                                 "Reset the passwords of 12000 users",
                                 "The password hash is SHA256",
                                 "Backup codes of 2019-2024 were lost",
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
        "Call (555) 123-4567",
        "06 12 34 56 78",
        "Order number 114-3941689-8772232",
        "Tracking number 1Z999AA10123456784",
        "Invoice 2024-000123",
        "Earns 85,000.00 EUR a year",
        "Paid 1 234 567 yen",
        "Born on 1990-05-02, married on 02.05.2019",
        "2019-2024 in Berlin",
        "From 08:30 to 17:45",
        "Commit 9f86d08",
        "192.168.178.21",
        "00:1A:2B:3C:4D:5E",
        "52.520008, 13.404954",
        "Flight LH1234 on 2024-05-01",
        "Runs PostgreSQL 15.4 and Python 3.11.2",
        "https://example.com/how-to-cook-10-meals-in-2-hours-2024",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "ABCDE1234F",
        "Bought a new phone, model SM-G991B",
        "Changed jobs in 2023",
        "a-guide-to-the-2024-and-2025-editions-of-the-book",
        "GB is short for Great Britain",
        "Model WH-1000XM4",
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
