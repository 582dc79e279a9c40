package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"

	"github.com/anishathalye/porcupine"
)

// History is one file: what concurrent clients asked and were told, in one model's words.
type History struct {
	// Model is "account" or "session".
	Model string `json:"model"`
	// Operations in any order; times are nanoseconds of one clock.
	Operations []Operation `json:"operations"`
}

// Operation is one request and its answer. Which of the words an operation uses stands with its model.
type Operation struct {
	Client int    `json:"client"`
	Key    string `json:"key"`    // the account or session it is about; keys are judged apart
	Do     string `json:"do"`     // what was asked
	With   string `json:"with"`   // a password or token, or a name for one
	Next   string `json:"next"`   // the password that was asked for, or the token that came back
	Result string `json:"result"` // "ok", "refused", or "unknown": no answer, or one that says nothing of the outcome
	Call   int64  `json:"call"`
	Return int64  `json:"return"`
	// Stale is how old the rows may be that the answer rests on, where the promise is a bound and not linearizability.
	Stale int64 `json:"stale"`
}

// Read takes a history from a file, and refuses words that no model knows: a typing error must not pass as a proof.
func Read(path string) (History, error) {
	var history History
	file, err := os.Open(path)
	if err != nil {
		return history, err
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&history); err != nil {
		return history, fmt.Errorf("%s: %w", path, err)
	}
	known, ok := words[history.Model]
	if !ok {
		return history, fmt.Errorf("%s: no model %q", path, history.Model)
	}
	for number, operation := range history.Operations {
		switch {
		case !known[operation.Do]:
			return history, fmt.Errorf("%s: operation %d: %s does no %q", path, number, history.Model, operation.Do)
		case operation.Result != ok_ && operation.Result != refused && operation.Result != unknown:
			return history, fmt.Errorf("%s: operation %d: no result %q", path, number, operation.Result)
		case operation.Key == "" || operation.Return < operation.Call || operation.Stale < 0:
			return history, fmt.Errorf("%s: operation %d: no key, or times that cannot be", path, number)
		}
	}
	return history, nil
}

// telling leaves out the checks that add nothing: a session lives from one moment to another, so of all that found it alive the one that was
// answered first and the one that was asked last say everything. The others would only make the search long.
func telling(operations []Operation) []Operation {
	alive := func(one Operation) bool { return one.Do == "check" && one.Result == ok_ }
	first, last := map[string]int{}, map[string]int{}
	for number, one := range operations {
		if !alive(one) {
			continue
		}
		if earlier, any := first[one.Key]; !any || one.Return < operations[earlier].Return {
			first[one.Key] = number
		}
		if later, any := last[one.Key]; !any || one.Call-one.Stale > operations[later].Call-operations[later].Stale {
			last[one.Key] = number
		}
	}
	kept := make([]Operation, 0, len(operations))
	for number, one := range operations {
		if !alive(one) || first[one.Key] == number || last[one.Key] == number {
			kept = append(kept, one)
		}
	}
	return kept
}

// checkable gives the operations the intervals in which they may have happened: what was never answered may still happen, and a stale
// answer may rest on what was true before the question.
func checkable(history History) []porcupine.Operation {
	operations := make([]porcupine.Operation, 0, len(history.Operations))
	for _, operation := range telling(history.Operations) {
		end := operation.Return
		if operation.Result == unknown {
			end = math.MaxInt64
		}
		operations = append(operations, porcupine.Operation{ClientId: operation.Client, Input: operation, Call: operation.Call - operation.Stale, Return: end})
	}
	return operations
}
