// Command porcupine judges recorded histories of names, passwords and sessions: is there an order in which one at a time would have given
// every client the answer it was given?
//
//	porcupine [-seconds N] [-picture DIR] FILE...
//
// One line per file. Exit 0: all are linearizable; 1: one is not, or it could not be told in time; 2: a file cannot be read.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/anishathalye/porcupine"
)

func main() {
	seconds := flag.Int("seconds", 60, "time for each file")
	pictures := flag.String("picture", "", "directory for an HTML page of each history that is refused")
	flag.Parse()
	code := 0
	for _, path := range flag.Args() {
		history, err := Read(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		result, info := porcupine.CheckOperationsVerbose(models[history.Model], checkable(history), time.Duration(*seconds)*time.Second)
		fmt.Printf("%s: %s: %d operations: %s\n", path, history.Model, len(history.Operations), result)
		if result == porcupine.Ok {
			continue
		}
		code = 1
		if *pictures != "" {
			page := filepath.Join(*pictures, filepath.Base(path)+".html")
			if err := porcupine.VisualizePath(models[history.Model], info, page); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
	os.Exit(code)
}
