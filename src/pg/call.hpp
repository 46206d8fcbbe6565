// Crossing the border between C++ and Postgres, in both directions.
//
//   Call(body)   C++ calls Postgres: an ERROR raised in body is thrown as SqlError, or as Canceled.
//   Enter(body)  Postgres calls C++: what body throws is raised as an ERROR.
//
// The body of Call is C: nothing in it may need a destructor.  After an Error from Call the
// transaction, or a subtransaction, must be rolled back.
//
//   const char* name = Call([&] { return get_database_name(oid); });
//
//   Datum soulprint_length(PG_FUNCTION_ARGS) {
//     return pg::Enter([&]() -> Datum { return Int64GetDatum(Length(pg::FromText(…))); });
//   }

#pragma once

#include <exception>
#include <string>
#include <type_traits>

namespace soulprint::pg {

namespace border {

// The fields of an exception, in Postgres memory.
struct Raised;

// Runs body(state); an ERROR raised in it is thrown as Error.
void Run(void (*body)(void*), void* state);

// Copies the fields of the exception.  The copy is freed with the ERROR that Raise raises.
const Raised* Keep(const std::exception_ptr& exception) noexcept;

[[noreturn]] void Raise(const Raised* raised);

}  // namespace border

template <typename Body>
auto Call(Body&& body) -> decltype(body()) {
  using Plain = std::remove_reference_t<Body>;
  using Result = decltype(body());
  if constexpr (std::is_void_v<Result>) {
    border::Run([](void* state) { (*static_cast<Plain*>(state))(); }, &body);
  } else {
    static_assert(std::is_trivially_copyable_v<Result>,
                  "an ERROR would skip the result's destructor");
    struct Frame {
      Plain* body;
      Result result;
    } frame{&body, {}};
    border::Run(
        [](void* state) {
          auto* f = static_cast<Frame*>(state);
          f->result = (*f->body)();
        },
        &frame);
    return frame.result;
  }
}

// Error keeps its SQLSTATE, message, detail and hint; std::bad_alloc is raised as 53200, everything
// else as XX000.
template <typename Body>
auto Enter(Body&& body) -> decltype(body()) {
  const border::Raised* raised;
  try {
    return body();
  } catch (...) {
    raised = border::Keep(std::current_exception());
  }
  // Every C++ object of this call, the exception too, is gone by now.
  border::Raise(raised);
}

// Handles a pending cancel (throws SqlError 57014, or Canceled) or shutdown (exits the process).
void CheckForInterrupts();

// Reports a message at a level below ERROR: LOG, WARNING, NOTICE, DEBUG1…  `sqlstate`: "" = that of
// the level.
void Log(int elevel, const std::string& message, const std::string& detail = {},
         const std::string& hint = {}, const std::string& sqlstate = {});

}  // namespace soulprint::pg
