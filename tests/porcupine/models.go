package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/anishathalye/porcupine"
)

const (
	ok_     = "ok"
	refused = "refused"
	unknown = "unknown"
)

// The operations each model knows.
var words = map[string]map[string]bool{
	"account": {"register": true, "login": true, "change": true, "reset": true, "deactivate": true, "reactivate": true, "erase": true},
	"session": {"login": true, "refresh": true, "check": true, "logout": true},
}

var models = map[string]porcupine.Model{"account": accounts(), "session": sessions()}

// account is what there is to know of one: the password that opens it, "" while the name is free, whether it is deactivated, and the reset
// tokens that were used, each with a blank after it.
type account struct {
	password string
	closed   bool
	used     string
}

// accounts: the key is a folded name. Every attempt to register brings a password of its own, so that a log-in tells whose attempt won.
//
//	register with P        ok: the name was free. refused: it was taken
//	login with P           ok: P opens it. refused: it does not, or the account is deactivated
//	change with P next Q   ok: P opened it, and now Q does. refused: P did not
//	reset with T next Q    ok: T was never used, and now Q opens it. refused: there are more reasons than are known here
//	deactivate             ok: it was active, and is not now
//	reactivate             ok: the other way round
//	erase                  ok: it was there, and the name is free now
func accounts() porcupine.Model {
	return porcupine.Model{
		Partition: byKey,
		Init:      func() interface{} { return account{} },
		Step: func(state, input, _ interface{}) (bool, interface{}) {
			return stepAccount(state.(account), input.(Operation))
		},
		DescribeOperation: describe,
		DescribeState:     func(state interface{}) string { return fmt.Sprintf("%+v", state) },
	}
}

func stepAccount(state account, operation Operation) (bool, account) {
	taken := state.password != ""
	opens := taken && state.password == operation.With
	may, after := false, state
	switch operation.Do {
	case "register":
		may, after.password = !taken, operation.With
	case "login":
		may = opens && !state.closed
	case "change":
		may, after.password = opens, operation.Next
	case "reset":
		if operation.Result == refused {
			return true, state
		}
		may = taken && !state.closed && !strings.Contains(state.used, operation.With+" ")
		after.password, after.used = operation.Next, state.used+operation.With+" "
	case "deactivate":
		may, after.closed = taken && !state.closed, true
	case "reactivate":
		may, after.closed = taken && state.closed, false
	case "erase":
		may, after = taken, account{used: state.used}
	}
	return outcome(operation.Result, may, state, after)
}

// outcome: what was done was possible, what was refused was not, and of the unknown nobody can say.
func outcome(result string, may bool, before, after account) (bool, account) {
	switch {
	case result == ok_:
		return may, after
	case result == refused:
		return !may, before
	case may:
		return true, after
	default:
		return true, before
	}
}

// session is what there is to know of one: the refresh token that is good, the one before it, and whether all is over.
type session struct {
	current, previous string
	ended             bool
}

// lost is a token that is good and that nobody was told of: its predecessor was presented, and the answer did not arrive.
const lost = "?"

// sessions: the key is a session, that is: the first refresh token of it.
//
//	login next T        the session is born, and T is its refresh token
//	refresh with T next U   ok: T was the good one and now U is; or T was the one before, and U the good one (a lost answer, asked for again).
//	                    refused: T was not the good one. A token of this session that is presented late ends it.
//	                    unknown: one or the other, now or later or, what is the same, after everything else. Whoever presents T
//	                    again gets the lost successor, or comes too late
//	check               ok: the session lives. refused: it is over
//	logout              ok: it is over now, whether or not it was before. refused: it was over
func sessions() porcupine.Model {
	return porcupine.Model{
		Partition: byKey,
		Init:      func() interface{} { return session{} },
		Step: func(state, input, _ interface{}) (bool, interface{}) {
			return stepSession(state.(session), input.(Operation))
		},
		DescribeOperation: describe,
		DescribeState:     func(state interface{}) string { return fmt.Sprintf("%+v", state) },
	}
}

func stepSession(state session, operation Operation) (bool, session) {
	lives := state.current != "" && !state.ended
	over := session{current: state.current, previous: state.previous, ended: true}
	switch operation.Do {
	case "login":
		if operation.Result == ok_ {
			return state.current == "", session{current: operation.Next}
		}
		return true, state
	case "refresh":
		return stepRefresh(state, operation, lives)
	case "check":
		return operation.Result == unknown || lives == (operation.Result == ok_), state
	default: // logout
		switch {
		case operation.Result == ok_:
			return state.current != "", over
		case operation.Result == refused:
			return !lives, state
		case lives:
			return true, over
		}
		return true, state
	}
}

func stepRefresh(state session, operation Operation, lives bool) (bool, session) {
	current := operation.With == state.current
	over := session{current: state.current, previous: state.previous, ended: true}
	switch {
	case operation.Result == ok_ && current:
		return lives && operation.Next != state.current, session{current: operation.Next, previous: state.current}
	case operation.Result == ok_:
		same := operation.Next == state.current || state.current == lost
		return lives && operation.With == state.previous && same, session{current: operation.Next, previous: state.previous}
	case !lives:
		return true, state
	case operation.Result == refused:
		return !current, over
	case current:
		return true, session{current: lost, previous: state.current}
	default:
		return true, over
	}
}

// byKey: an account or session says nothing about another.
func byKey(history []porcupine.Operation) [][]porcupine.Operation {
	parts := map[string][]porcupine.Operation{}
	for _, operation := range history {
		key := operation.Input.(Operation).Key
		parts[key] = append(parts[key], operation)
	}
	keys := make([]string, 0, len(parts))
	for key := range parts {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	all := make([][]porcupine.Operation, 0, len(keys))
	for _, key := range keys {
		all = append(all, parts[key])
	}
	return all
}

func describe(input, _ interface{}) string {
	operation := input.(Operation)
	return fmt.Sprintf("%s(%s) %s → %s", operation.Do, operation.With, operation.Next, operation.Result)
}
