#include "commands/core/decided_rows.h"

#include "domain/account/evolve.h"
#include "domain/credential/api_tokens.h"
#include "domain/session/evolve.h"

namespace ledgate {
namespace {

using journal::v1::SessionEvent;
using journal::v1::UserEvent;

void fold_account(const UserEvent& event, const EventOrigin& origin, UserNumber number, DecidedRows& rows) {
  if (event.has_erased()) {
    rows.account.reset();
    rows.subject_key.reset();
    return;
  }
  if (event.has_registered()) {
    rows.account.emplace().set_number(value(number));
    rows.subject_key = event.registered().subject_key();
  }
  if (rows.account) evolve(*rows.account, event, origin);
}

void fold_session(const SessionEvent& event, const EventOrigin& origin, DecidedRows& rows) {
  if (event.has_logged_in() || event.has_guest_entered()) rows.session.emplace();
  if (rows.session) evolve(*rows.session, event, origin);
}

}  // namespace

void fold_facts(const journal::v1::Transaction& transaction, const Settled& settled, Granted& granted) {
  EventOrigin origin{.position = settled.position,
                     .time = settled.time,
                     .at_us = transaction.at_us(),
                     .transaction_id = transaction.id()};
  for (const auto& event : transaction.events()) {
    const UserEvent& user = event.user();
    if (event.has_user() && user.user_id() == granted.user.raw())
      fold_account(user, origin, settled.number, granted.rows);
    if (user.has_api_token_created() && user.api_token_created().token_index() == granted.credential.raw())
      evolve(granted.rows.api_token.emplace(), user, origin);
    if (event.has_session() && event.session().session_id() == granted.session.raw())
      fold_session(event.session(), origin, granted.rows);
    ++origin.event_index;
  }
}

}  // namespace ledgate
