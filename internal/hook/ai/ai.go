// Package ai puts momentolint into the hooks of AI coding assistants, and
// parses what they pass to a hook: an event as JSON on standard input. A hook
// blocks an event by an answer of the assistant's own form. An assistant is a row
// of a table, and so is an event.
package ai

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Assistant is a coding assistant whose hooks are known.
type Assistant struct {
	// Name is its name on the command line, Title that for people.
	Name, Title string
	// dir is the directory that it keeps in the home directory, and file the file
	// with its hooks.
	dir, file string
	// events are those to be asked at.
	events []string
	// grouped means that each entry of an event has a list of hooks.
	grouped bool
	// versioned means that the file begins with "version": 1.
	versioned bool
	// shells means that a hook has a command for each shell.
	shells bool
}

// Assistants lists what is known, by the vendors' documents:
// https://code.claude.com/docs/en/hooks, https://cursor.com/docs/agent/hooks,
// https://geminicli.com/docs/hooks/reference,
// https://developers.openai.com/codex/hooks,
// https://docs.github.com/en/copilot/reference/copilot-cli-reference/cli-hooks-reference
// and https://docs.windsurf.com/windsurf/cascade/hooks.
func Assistants() []Assistant {
	return []Assistant{
		{Name: "claude", Title: "Claude Code", dir: ".claude", file: ".claude/settings.json", grouped: true,
			events: []string{"UserPromptSubmit", "PreToolUse"}},
		{Name: "cursor", Title: "Cursor", dir: ".cursor", file: ".cursor/hooks.json", versioned: true,
			events: []string{"beforeSubmitPrompt", "beforeShellExecution", "beforeMCPExecution", "beforeReadFile", "beforeTabFileRead"}},
		{Name: "gemini", Title: "Gemini CLI", dir: ".gemini", file: ".gemini/settings.json", grouped: true,
			events: []string{"BeforeAgent", "BeforeTool", "AfterTool"}},
		{Name: "codex", Title: "Codex CLI", dir: ".codex", file: ".codex/hooks.json", grouped: true,
			events: []string{"UserPromptSubmit", "PreToolUse"}},
		{Name: "copilot", Title: "GitHub Copilot", dir: ".copilot", file: ".copilot/hooks/momentolint.json", versioned: true, shells: true,
			events: []string{"preToolUse"}},
		{Name: "windsurf", Title: "Windsurf", dir: ".codeium/windsurf", file: ".codeium/windsurf/hooks.json",
			events: []string{"pre_user_prompt", "pre_read_code", "pre_write_code", "pre_run_command", "pre_mcp_tool_use"}},
	}
}

// Answer is what a hook does to answer an event.
type Answer struct {
	// Output is written to standard output as JSON; nil means nothing.
	Output any
	// Message is written to standard error.
	Message string
	// Code is the exit code.
	Code int
}

// kind is a kind of event that can be blocked.
type kind struct {
	// what names in messages what is blocked.
	what string
	// prompt means that files are named in a prompt as @NAME, and read that the
	// event is about a file that is about to be read.
	prompt, read bool
	// block returns the answer.
	block func(event, reason string) Answer
}

// blockExit is the exit code by which all of the assistants take a hook to block
// an event, with the reason on standard error.
const blockExit = 2

func decide(decision string) func(event, reason string) Answer {
	return func(_, reason string) Answer {
		return Answer{Output: map[string]any{"decision": decision, "reason": reason}}
	}
}

func denyTool(event, reason string) Answer {
	return Answer{Output: map[string]any{"hookSpecificOutput": map[string]any{
		"hookEventName": event, "permissionDecision": "deny", "permissionDecisionReason": reason,
	}}}
}

func denyPermission(_, reason string) Answer {
	return Answer{Output: map[string]any{"permission": "deny", "user_message": reason, "agent_message": reason}}
}

func denyDirectly(_, reason string) Answer {
	return Answer{Output: map[string]any{"permissionDecision": "deny", "permissionDecisionReason": reason}}
}

func stopPrompt(_, reason string) Answer {
	return Answer{Output: map[string]any{"continue": false, "user_message": reason}}
}

func exit(_, reason string) Answer { return Answer{Message: reason, Code: blockExit} }

// kinds are the events by their names, which differ between assistants unless
// they are answered in the same way.
var kinds = map[string]kind{
	"UserPromptSubmit": {what: "prompt", prompt: true, block: decide("block")},
	"PreToolUse":       {what: "tool call", block: denyTool},

	"beforeSubmitPrompt":   {what: "prompt", prompt: true, block: stopPrompt},
	"beforeShellExecution": {what: "command", block: denyPermission},
	"beforeMCPExecution":   {what: "tool call", block: denyPermission},
	"preToolUse":           {what: "tool call", block: denyPermission},
	"beforeReadFile":       {what: "file", read: true, block: denyPermission},
	"beforeTabFileRead":    {what: "file", read: true, block: denyPermission},

	"BeforeAgent": {what: "prompt", prompt: true, block: decide("deny")},
	"BeforeTool":  {what: "tool call", block: decide("deny")},
	"AfterTool":   {what: "tool's output", block: decide("deny")},

	copilotTool: {what: "tool call", block: denyDirectly},

	"pre_user_prompt":  {what: "prompt", prompt: true, block: exit},
	"pre_read_code":    {what: "file", read: true, block: exit},
	"pre_write_code":   {what: "change", block: exit},
	"pre_run_command":  {what: "command", block: exit},
	"pre_mcp_tool_use": {what: "tool call", block: exit},
}

// copilotTool names the event of GitHub Copilot that has no name: one with a
// tool and its arguments, and without a result.
const copilotTool = "(tool)"

// readers are the tools that read a file, by their names in tool_name.
var readers = []string{"Read", "NotebookRead", "ReadFile", "read_file", "read_many_files", "view"}

// printers are the commands that print the files which they name.
var printers = []string{
	"cat", "tac", "head", "tail", "less", "more", "most", "bat", "nl", "xxd", "od", "hexdump", "base64", "strings",
	"grep", "egrep", "rg", "jq", "yq", "type", "Get-Content", "gc",
}

// commandKeys are the names of fields with a command.
var commandKeys = []string{"command", "command_line"}

// fileKeys are the names of fields with the name of a file.
var fileKeys = []string{"file_path", "filePath", "absolute_path", "notebook_path", "path", "paths", "include"}

// Event is an event that may be blocked.
type Event struct {
	name string
	kind kind
	// Texts are the strings of the event, by the names of their fields.
	Texts []Text
	// Files are the existing files that it lets the assistant read.
	Files []string
}

// Text is a string of an event.
type Text struct{ Name, Value string }

// maxEvent bounds the size of an event.
const maxEvent = 256 << 20

// Read reads an event. It is nil if there is nothing to decide about it: for
// events that are not known, and those after the fact.
func Read(in io.Reader) (*Event, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxEvent+1))
	if err != nil {
		return nil, fmt.Errorf("reading the event: %w", err)
	}
	if len(data) > maxEvent {
		return nil, errors.New("reading the event: it is too large")
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\ufeff")), &fields); err != nil {
		// The error may quote the input.
		return nil, errors.New("reading the event: it is not a JSON object")
	}
	name, tool := first(fields, "hook_event_name", "agent_action_name"), first(fields, "tool_name", "toolName")
	if _, done := fields["toolResult"]; name == "" && tool != "" && !done {
		name = copilotTool
	}
	k, ok := kinds[name]
	if !ok {
		return nil, nil
	}
	e := &Event{name: name, kind: k}
	e.gather("", fields)
	slices.SortFunc(e.Texts, func(a, b Text) int { return strings.Compare(a.Name, b.Name) })
	dir := first(fields, "cwd")
	if dir == "" {
		if roots, ok := fields["workspace_roots"].([]any); ok && len(roots) > 0 {
			dir, _ = roots[0].(string)
		}
	}
	e.findFiles(dir, tool)
	return e, nil
}

// first returns the first of the fields that is a string.
func first(fields map[string]any, names ...string) string {
	for _, name := range names {
		if s, ok := fields[name].(string); ok {
			return s
		}
	}
	return ""
}

// gather collects the strings of a value. Names of fields are strings as well.
func (e *Event) gather(name string, value any) {
	switch v := value.(type) {
	case string:
		e.Texts = append(e.Texts, Text{name, v})
		// Some pass the arguments of a tool as a text.
		var fields map[string]any
		if (name == "tool_input" || name == "toolArgs") && json.Unmarshal([]byte(v), &fields) == nil {
			e.gather(name, fields)
		}
	case []any:
		for _, element := range v {
			e.gather(name, element)
		}
	case map[string]any:
		for key, field := range v {
			if name != "" {
				key = name + "." + key
			}
			e.gather(key, field)
			if len(key) > 64 {
				e.Texts = append(e.Texts, Text{name, key})
			}
		}
	}
}

// findFiles finds the files that the event is about.
func (e *Event) findFiles(dir, tool string) {
	reads := e.kind.read || slices.Contains(readers, tool) && e.name != "AfterTool"
	for _, t := range e.Texts {
		field := t.Name[strings.LastIndexByte(t.Name, '.')+1:]
		if (reads || e.kind.prompt && strings.HasPrefix(t.Name, "attachments")) && slices.Contains(fileKeys, field) {
			e.addFile(dir, t.Value)
		}
		if slices.Contains(commandKeys, field) {
			for _, name := range printedFiles(t.Value) {
				e.addFile(dir, name)
			}
		}
		if e.kind.prompt && strings.HasSuffix(t.Name, "prompt") {
			for word := range strings.FieldsSeq(t.Value) {
				if name, ok := strings.CutPrefix(word, "@"); ok {
					e.addFile(dir, strings.Trim(name, `"'.,;:!?()`))
				}
			}
		}
	}
}

// printedFiles returns the words after commands that print files. It does not
// know the shell's language, and need not: words that name no file are ignored.
func printedFiles(command string) []string {
	var names []string
	for part := range strings.FieldsFuncSeq(command, func(r rune) bool { return strings.ContainsRune("|;&\n()`", r) }) {
		words := strings.Fields(strings.ReplaceAll(part, "<", " "))
		i := slices.IndexFunc(words, func(word string) bool { return slices.Contains(printers, word[strings.LastIndexByte(word, '/')+1:]) })
		if i >= 0 && i < 3 { // after sudo or a variable
			for _, word := range words[i+1:] {
				names = append(names, strings.Trim(word, `"'`))
			}
		}
	}
	return names
}

// addFile adds a file if there is one of that name.
func (e *Event) addFile(dir, name string) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && !slices.Contains(e.Files, name) {
		e.Files = append(e.Files, name)
	}
}

// What names in messages what the event is about.
func (e *Event) What() string { return e.kind.what }

// Block returns the answer that blocks the event. The reason must be fit to show.
func (e *Event) Block(reason string) Answer { return e.kind.block(e.name, reason) }
