#include "api/flows/limits.h"

#include "api/http/form.h"
#include "commands/core/login_name.h"
#include "commands/limits/login_limits.h"
#include "projections/models/accounts.h"
#include "projections/models/outbox.h"

namespace ledgate::api {
namespace {

constexpr std::uint64_t kOutboxMax = 10'000;
constexpr std::chrono::seconds kOutboxPatience{60};

std::string account_key(std::string_view subject) { return "account/" + std::string(subject); }

class Admitting {
 public:
  Admitting(const ApiContext& context, Call& call) : context_(context), call_(call) {}

  Result<Admission> run() {
    const RateLimits& limits = context_.settings.limits;
    switch (call_.route->limit.value().by) {
      case LimitClass::kUnlimited:
        return Admission{};
      case LimitClass::kLogin:
        return log_in(limits.login);
      case LimitClass::kPassword:
        return Admission{.by_network = {}, .by_account = TRY(by_account(limits.password, call_.principal->id.raw()))};
      case LimitClass::kGuest:
        return by_network(limits.guest);
      case LimitClass::kRegistration:
        return by_network(limits.registration);
      case LimitClass::kRefresh:
        return by_network(limits.refresh);
      case LimitClass::kMail:
        return mail(limits.recovery);
      case LimitClass::kOneTime:
        return by_network(limits.otp);
    }
    return fail(ErrorCode::kInternal);
  }

 private:
  RateLimiter::Admission counted(RateLimiter::Admission admission) {
    if (const auto count = admission.count()) call_.rate_counts.push_back(*count);
    return admission;
  }

  Result<Admission> by_network(const Limit& limit) {
    return Admission{.by_network = counted(TRY(context_.limiter.admit(limit, address(), call_.route->dialect))),
                     .by_account = {}};
  }

  Result<RateLimiter::Admission> by_account(const Limit& limit, std::string_view subject) {
    return counted(TRY(context_.limiter.admit_subject(limit, account_key(subject), address(), call_.route->dialect)));
  }

  Result<Admission> log_in(const LoginLimits& limits) {
    LoginAdmission admission = TRY(admit_login(
        context_.services, context_.limiter, limits,
        {.login = named_account(), .address = call_.request.client_address, .dialect = call_.route->dialect}));
    call_.known_network = admission.known_network;
    return Admission{.by_network = counted(std::move(admission.network)),
                     .by_account = counted(std::move(admission.account))};
  }

  Result<Admission> mail(const Limit& limit) {
    Admission admission = TRY(by_network(limit));
    admission.by_account = TRY(by_account(limit, mailed_subject()));
    if (outbox_totals(context_.services.store.latest()).waiting() >= kOutboxMax)
      return fail(Error{.code = ErrorCode::kOverloaded, .retry_after = kOutboxPatience});
    if (!context_.services.emails_enabled && context_.hooks.on_mail_off)
      context_.hooks.on_mail_off(call_.route->operation);
    return admission;
  }

  // The caller, or whoever is named, by the blind index where nobody has the name.
  std::string mailed_subject() {
    if (call_.principal) return std::string(call_.principal->id.raw());
    const Key16 index = login_index(context_.services, named_account());
    const auto user = find_login(context_.services.store.latest(), index);
    return std::string(user ? user->raw() : index.raw());
  }

  std::string named_account() {
    const std::string_view member = call_.route->limit.value().account;
    return member == kPathParameter ? call_.parameter : call_.body.text(member);
  }

  [[nodiscard]] std::string_view address() const { return call_.request.client_address; }

  const ApiContext& context_;
  Call& call_;
};

}  // namespace

Parsed<Admission> admit(const ApiContext& context, Call& call) {
  auto admission = Admitting(context, call).run();
  if (admission) return std::move(*admission);
  Refusal refusal(std::move(admission).error());
  refusal.attempts = limit_name(call.route->limit.value().by);
  return tl::unexpected<Refusal>(std::move(refusal));
}

}  // namespace ledgate::api
