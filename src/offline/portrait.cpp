#include "offline/portrait.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "offline/objects.hpp"
#include "offline/words.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using Kind = Statement::Kind;

constexpr std::size_t kMaxInterests = 25;
constexpr std::size_t kMaxOthers = 10;

struct Bullet {
  std::string_view starts;
  Kind kind;
};
constexpr std::array<Bullet, 14> kBullets = {{{"Likes ", Kind::kLike},
                                              {"Practices ", Kind::kLike},
                                              {"Interested in ", Kind::kLike},
                                              {"Prefers ", Kind::kLike},
                                              {"Collects ", Kind::kLike},
                                              {"喜欢", Kind::kLike},
                                              {"Spends time on ", Kind::kActivity},
                                              {"Spends time ", Kind::kActivity},
                                              {"Dislikes ", Kind::kDislike},
                                              {"Name is ", Kind::kName},
                                              {"名字是", Kind::kName},
                                              {"Lives in ", Kind::kPlace},
                                              {"住在", Kind::kPlace},
                                              {"Is from ", Kind::kOrigin}}};

// Things by their keys, ranked by the number and kinds of their statements.
class Ranking {
 public:
  void Add(const std::string& thing, int weight) {
    const auto [place, is_new] = places_.try_emplace(ThingKey(thing), ranked_.size());
    if (is_new) ranked_.push_back({thing, 0});
    Ranked& ranked = ranked_[place->second];
    ranked.weight += weight;
    if (thing.size() < ranked.thing.size()) ranked.thing = thing;
  }

  std::vector<std::string> First(std::size_t count) && {
    std::stable_sort(ranked_.begin(), ranked_.end(),
                     [](const Ranked& a, const Ranked& b) { return a.weight > b.weight; });
    std::vector<std::string> first;
    for (std::size_t i = 0; i < std::min(count, ranked_.size()); ++i)
      first.push_back(std::move(ranked_[i].thing));
    return first;
  }

 private:
  struct Ranked {
    std::string thing;
    int weight;
  };
  std::vector<Ranked> ranked_;
  std::map<std::string, std::size_t> places_;
};

// The most frequent name; ties go to the first.
std::string MostSaid(const std::vector<std::string>& names) {
  std::map<std::string, int> said;
  for (const std::string& name : names) ++said[name];
  std::string most;
  for (const std::string& name : names) {
    if (most.empty() || said[name] > said[most]) most = name;
  }
  return most;
}

}  // namespace

Portrait StatementsToPortrait(const std::vector<Statement>& statements) {
  Portrait portrait;
  std::vector<std::string> names;
  std::string origin;
  Ranking interests;
  Ranking dislikes;
  Ranking people;
  Ranking projects;
  Ranking traits;
  for (const Statement& said : statements) {
    switch (said.kind) {
      case Kind::kName:
        names.push_back(said.thing);
        break;
      case Kind::kPlace:
        portrait.location = said.thing;
        break;
      case Kind::kOrigin:
        if (said.text.starts_with("Is from ")) origin = "from " + said.thing;
        break;
      case Kind::kJob:
        portrait.occupation = said.thing;
        break;
      case Kind::kPerson:
        people.Add(said.thing, 1);
        break;
      case Kind::kLike:
        interests.Add(said.thing, 3);
        break;
      case Kind::kActivity:
        interests.Add(said.thing, 2);
        break;
      case Kind::kDislike:
        dislikes.Add(said.thing, 1);
        break;
      case Kind::kProject:
        projects.Add(said.text, 1);
        break;
      case Kind::kTrait:
        traits.Add(said.text, 1);
        break;
      default:
        break;
    }
  }
  portrait.name = MostSaid(names);
  if (portrait.location.empty()) portrait.location = origin;
  portrait.relationships = std::move(people).First(kMaxOthers);
  portrait.interests = std::move(interests).First(kMaxInterests);
  portrait.dislikes = std::move(dislikes).First(kMaxOthers);
  portrait.projects = std::move(projects).First(kMaxOthers);
  portrait.traits = std::move(traits).First(kMaxOthers);
  return portrait;
}

std::vector<Statement> MemoryToStatements(std::string_view memory_md) {
  std::vector<Statement> statements;
  while (!memory_md.empty()) {
    const std::size_t end = std::min(memory_md.find('\n'), memory_md.size());
    std::string_view line = Trim(memory_md.substr(0, end));
    memory_md.remove_prefix(std::min(end + 1, memory_md.size()));
    if (!line.starts_with("- ")) continue;
    line.remove_prefix(2);
    const auto* bullet = std::find_if(kBullets.begin(), kBullets.end(), [&](const Bullet& known) {
      return line.starts_with(known.starts);
    });
    if (bullet == kBullets.end()) continue;
    Statement statement;
    statement.kind = bullet->kind;
    statement.text = line;
    line.remove_prefix(bullet->starts.size());
    statement.thing = line;
    if (line.starts_with("to ")) {
      const std::size_t verb_end = std::min(line.find(' ', 3), line.size());
      statement.thing = Gerund(line.substr(3, verb_end - 3)).append(line.substr(verb_end));
    }
    statements.push_back(std::move(statement));
  }
  return statements;
}

}  // namespace soulprint
