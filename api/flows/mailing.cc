#include "api/flows/mailing.h"

#include "api/flows/grants.h"
#include "commands/core/login_name.h"
#include "projections/models/accounts.h"
#include "projections/models/outbox.h"

namespace ledgate::api {
namespace {

constexpr std::uint64_t kOutboxMax = 10'000;
constexpr std::chrono::seconds kOutboxPatience{60};

Result<MailAdmission> admit_subject(const ApiContext& context, const Call& call, Caller& caller,
                                    std::string_view subject) {
  MailAdmission admission{.by_network = TRY(admit(context, context.settings.limits.recovery, caller)),
                          .by_account = {}};
  admission.by_account = TRY(context.limiter.admit_subject(
      context.settings.limits.recovery, "account/" + std::string(subject), caller.address, caller.dialect));
  if (const auto count = admission.by_account.count()) caller.rate_counts.push_back(*count);
  if (outbox_totals(context.services.store.latest()).waiting() >= kOutboxMax)
    return fail(Error{.code = ErrorCode::kOverloaded, .retry_after = kOutboxPatience});
  if (!context.services.emails_enabled && context.hooks.on_mail_off) context.hooks.on_mail_off(call.route->operation);
  return admission;
}

}  // namespace

Result<MailAdmission> admit_mail(const ApiContext& context, const Call& call, Caller& caller, std::string_view login) {
  const Key16 index = login_index(context.services, login);
  const auto user = find_login(context.services.store.latest(), index);
  return admit_subject(context, call, caller, user ? user->raw() : index.raw());
}

Result<MailAdmission> admit_mail(const ApiContext& context, const Call& call, Caller& caller, const UserId& user) {
  return admit_subject(context, call, caller, user.raw());
}

}  // namespace ledgate::api
