// The one place that knows how an ERROR jumps and how an exception becomes one.

#include "pg/call.hpp"

#include <memory>
#include <new>

#include "pg/cancel.hpp"
#include "util/error.hpp"

#include "pg/postgres.hpp"

namespace soulprint::pg {

namespace border {

struct Raised {
  int sqlerrcode;
  const char* message;
  const char* detail;
  const char* hint;
};

}  // namespace border

namespace {

using border::Raised;

// Restores the two stacks that an ERROR travels along.
class JumpScope {
 public:
  JumpScope() : jump_(PG_exception_stack), context_(error_context_stack) {}
  ~JumpScope() {
    PG_exception_stack = jump_;
    error_context_stack = context_;
  }
  JumpScope(const JumpScope&) = delete;
  JumpScope& operator=(const JumpScope&) = delete;

 private:
  sigjmp_buf* const jump_;
  ErrorContextCallback* const context_;
};

// Runs body; false if an ERROR ended it.  Not inlined: a setjmp among a caller's locals clobbers
// them.
template <typename Body>
__attribute__((noinline)) bool Completes(Body body) {
  JumpScope scope;
  sigjmp_buf here;
  if (sigsetjmp(here, 0) != 0) return false;
  PG_exception_stack = &here;
  body();
  return true;
}

std::string TextOf(const char* text) { return text == nullptr ? std::string() : text; }

// Takes the ERROR that was just raised off Postgres's error stack, and throws it.
[[noreturn]] void ThrowRaised() {
  ErrorData* data = nullptr;
  const bool copied = Completes([&] { data = CopyErrorData(); });
  FlushErrorState();
  if (!copied) throw SqlError(sqlstate::kOutOfMemory, "out of memory", {}, {});
  const std::unique_ptr<ErrorData, void (*)(ErrorData*)> owner(data, FreeErrorData);
  if (data->sqlerrcode == ERRCODE_QUERY_CANCELED && CancelRequested()) {
    throw Canceled(TextOf(data->message));
  }
  throw SqlError(unpack_sql_state(data->sqlerrcode), TextOf(data->message), TextOf(data->detail),
                 TextOf(data->hint));
}

// Replaces bytes that are invalid in the server encoding: an encoding error while an ERROR is being
// reported would replace the ERROR.
void ReplaceInvalid(char* text, std::size_t length) {
  if (pg_verify_mbstr(GetDatabaseEncoding(), text, static_cast<int>(length), true)) return;
  for (char* c = text; *c != '\0'; ++c) {
    if ((*c & 0x80) != 0) *c = '?';
  }
}

// More of a text would only flood the log.
constexpr std::size_t kLongestText = 64 * 1024;

// A copy in context, nullptr if there is no memory or nothing to say.  Raises no ERROR.
const char* CopyText(MemoryContext context, const char* text) {
  std::size_t const length = strnlen(text, kLongestText);
  if (length == 0) return nullptr;
  auto* copy =
      static_cast<char*>(MemoryContextAllocExtended(context, length + 1, MCXT_ALLOC_NO_OOM));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, text, length);
  copy[length] = '\0';
  ReplaceInvalid(copy, length);
  return copy;
}

constexpr Raised kOutOfMemory{ERRCODE_OUT_OF_MEMORY, "out of memory", nullptr, nullptr};

int PackSqlstate(const std::string& sqlstate) {
  if (sqlstate.size() != 5) return ERRCODE_INTERNAL_ERROR;
  return MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2], sqlstate[3], sqlstate[4]);
}

const Raised* Copy(int sqlerrcode, const char* message, const char* detail, const char* hint) {
  auto* raised = static_cast<Raised*>(
      MemoryContextAllocExtended(ErrorContext, sizeof(Raised), MCXT_ALLOC_NO_OOM));
  if (raised == nullptr) return &kOutOfMemory;
  *raised = {sqlerrcode, CopyText(ErrorContext, message), CopyText(ErrorContext, detail),
             CopyText(ErrorContext, hint)};
  return raised;
}

}  // namespace

namespace border {

void Run(void (*body)(void*), void* state) {
  const MemoryContext caller = CurrentMemoryContext;
  if (Completes([&] { body(state); })) return;
  // An ERROR leaves us in ErrorContext.
  MemoryContextSwitchTo(caller);
  ThrowRaised();
}

const Raised* Keep(const std::exception_ptr& exception) noexcept {
  try {
    std::rethrow_exception(exception);
  } catch (const Error& e) {
    return Copy(PackSqlstate(e.sqlstate()), e.what(), e.detail().c_str(), e.hint().c_str());
  } catch (const std::bad_alloc&) {
    return &kOutOfMemory;
  } catch (const std::exception& e) {
    return Copy(ERRCODE_INTERNAL_ERROR, e.what(), "", "");
  } catch (...) {
    return Copy(ERRCODE_INTERNAL_ERROR, "unexpected C++ exception", "", "");
  }
}

void Raise(const Raised* raised) {
  ereport(ERROR, (errcode(raised->sqlerrcode),
                  errmsg_internal("%s", raised->message ? raised->message : ""),
                  raised->detail ? errdetail_internal("%s", raised->detail) : 0,
                  raised->hint ? errhint("%s", raised->hint) : 0));
  pg_unreachable();
}

}  // namespace border

void CheckForInterrupts() {
  Call([] { CHECK_FOR_INTERRUPTS(); });
}

void Log(int elevel, const std::string& message, const std::string& detail, const std::string& hint,
         const std::string& sqlstate) {
  const int sqlerrcode = sqlstate.empty() ? 0 : PackSqlstate(sqlstate);
  Call([&] {
    const char* what = CopyText(CurrentMemoryContext, message.c_str());
    const char* why = CopyText(CurrentMemoryContext, detail.c_str());
    const char* how = CopyText(CurrentMemoryContext, hint.c_str());
    ereport(elevel,
            (sqlerrcode != 0 ? errcode(sqlerrcode) : 0, errmsg_internal("%s", what ? what : ""),
             why ? errdetail_internal("%s", why) : 0, how ? errhint("%s", how) : 0));
    if (what != nullptr) pfree(const_cast<char*>(what));
    if (why != nullptr) pfree(const_cast<char*>(why));
    if (how != nullptr) pfree(const_cast<char*>(how));
  });
}

}  // namespace soulprint::pg
