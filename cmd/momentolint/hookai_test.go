package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// Events as the assistants' documents show them, with KEY for a credential, FILE for
// a file with one and CLEAN for one without. deny is what the answer must say, by
// the names of its fields; "exit 2" is the answer by exit code.
var aiEvents = []struct{ name, event, deny string }{
	{"Claude Code, prompt", `{"session_id":"a","transcript_path":"/t","cwd":"DIR","hook_event_name":"UserPromptSubmit","prompt":"use KEY"}`, `decision=block`},
	{"Claude Code, file in a prompt", `{"cwd":"DIR","hook_event_name":"UserPromptSubmit","prompt":"look at @leak.env, please"}`, `decision=block`},
	{"Claude Code, command", `{"cwd":"DIR","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"curl -H 'authorization: KEY' x"}}`, `hookSpecificOutput.permissionDecision=deny`},
	{"Claude Code, command that prints a file", `{"cwd":"DIR","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"cd . && sudo /bin/cat 'leak.env' | sort"}}`, `hookSpecificOutput.permissionDecision=deny`},
	{"Claude Code, command that names a file", `{"cwd":"DIR","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"rm leak.env; cat clean.env nowhere"}}`, ``},
	{"Windsurf, command that prints a file", `{"agent_action_name":"pre_run_command","tool_info":{"command_line":"head -3 <FILE","cwd":"DIR"}}`, `exit 2`},
	{"Claude Code, file", `{"cwd":"DIR","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"FILE"}}`, `hookSpecificOutput.permissionDecision=deny`},
	{"Claude Code, write", `{"cwd":"DIR","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":"CLEAN","content":"K=KEY"}}`, `hookSpecificOutput.permissionDecision=deny`},
	{"Claude Code, write over", `{"cwd":"DIR","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":"FILE","content":"K="}}`, ``},
	{"Claude Code, another tool", `{"cwd":"DIR","hook_event_name":"PreToolUse","tool_name":"mcp__x__y","tool_input":{"a":[{"b":["KEY"]}]}}`, `hookSpecificOutput.permissionDecision=deny`},
	{"Claude Code, clean file", `{"cwd":"DIR","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"CLEAN"}}`, ``},
	{"Claude Code, no file", `{"cwd":"DIR","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"nowhere"}}`, ``},
	{"Claude Code, directory", `{"cwd":"DIR","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"DIR"}}`, ``},
	{"Claude Code, after the fact", `{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_response":"KEY"}`, ``},
	{"Claude Code, end", `{"hook_event_name":"Stop"}`, ``},
	{"Cursor, prompt", `{"hook_event_name":"beforeSubmitPrompt","prompt":"use KEY","attachments":[],"workspace_roots":["DIR"]}`, `continue=false`},
	{"Cursor, attachment", `{"hook_event_name":"beforeSubmitPrompt","prompt":"look","attachments":[{"type":"file","file_path":"FILE"}],"workspace_roots":["DIR"]}`, `continue=false`},
	{"Cursor, command", `{"hook_event_name":"beforeShellExecution","command":"K=KEY ./run","cwd":"DIR"}`, `permission=deny`},
	{"Cursor, tool", `{"hook_event_name":"beforeMCPExecution","tool_name":"x","tool_input":"{\"query\": \"KEY\"}"}`, `permission=deny`},
	{"Cursor, file", `{"hook_event_name":"beforeReadFile","file_path":"/nowhere/.env","content":"A=1\nK=KEY","attachments":[]}`, `permission=deny`},
	{"Cursor, file for a completion", `{"hook_event_name":"beforeTabFileRead","file_path":"FILE"}`, `permission=deny`},
	{"Cursor, clean command", `{"hook_event_name":"beforeShellExecution","command":"ls"}`, ``},
	{"Cursor, unknown", `{"hook_event_name":"beforeEverything","prompt":"KEY"}`, ``},
	{"Gemini CLI, prompt", `{"hook_event_name":"BeforeAgent","prompt":"KEY"}`, `decision=deny`},
	{"Gemini CLI, tool", `{"hook_event_name":"BeforeTool","tool_name":"run_shell_command","tool_input":{"command":"echo KEY"}}`, `decision=deny`},
	{"Gemini CLI, file", `{"hook_event_name":"BeforeTool","tool_name":"read_file","cwd":"DIR","tool_input":{"file_path":"leak.env"}}`, `decision=deny`},
	{"Gemini CLI, output", `{"hook_event_name":"AfterTool","tool_name":"run_shell_command","tool_input":{"command":"env"},"tool_response":{"llmContent":"K=KEY"}}`, `decision=deny`},
	{"GitHub Copilot, tool", `{"timestamp":1,"cwd":"DIR","toolName":"bash","toolArgs":"{\"command\":\"echo KEY\"}"}`, `permissionDecision=deny`},
	{"GitHub Copilot, file", `{"timestamp":1,"cwd":"DIR","toolName":"view","toolArgs":"{\"path\":\"leak.env\"}"}`, `permissionDecision=deny`},
	{"GitHub Copilot, printed file", `{"timestamp":1,"cwd":"DIR","toolName":"bash","toolArgs":{"command":"cat leak.env"}}`, `permissionDecision=deny`},
	{"GitHub Copilot, clean", `{"timestamp":1,"cwd":"DIR","toolName":"bash","toolArgs":"{\"command\":\"ls\"}"}`, ``},
	{"GitHub Copilot, after the fact", `{"timestamp":1,"cwd":"DIR","toolName":"bash","toolArgs":"{}","toolResult":{"textResultForLlm":"KEY"}}`, ``},
	{"Windsurf, prompt", `{"agent_action_name":"pre_user_prompt","tool_info":{"user_prompt":"KEY"}}`, `exit 2`},
	{"Windsurf, file", `{"agent_action_name":"pre_read_code","tool_info":{"file_path":"FILE"}}`, `exit 2`},
	{"Windsurf, command", `{"agent_action_name":"pre_run_command","tool_info":{"command_line":"echo KEY","cwd":"DIR"}}`, `exit 2`},
	{"Windsurf, tool", `{"agent_action_name":"pre_mcp_tool_use","tool_info":{"mcp_tool_name":"x","mcp_tool_arguments":{"a":"KEY"}}}`, `exit 2`},
	{"Windsurf, change", `{"agent_action_name":"pre_write_code","tool_info":{"file_path":"CLEAN","edits":[{"old_string":"","new_string":"KEY"}]}}`, `exit 2`},
	{"Windsurf, after the fact", `{"agent_action_name":"post_run_command","tool_info":{"command_line":"echo KEY"}}`, ``},
	{"something else", `{"prompt":"KEY"}`, ``},
}

func TestAssistantsAreAnsweredInTheirOwnForm(t *testing.T) {
	dir := t.TempDir()
	key := ct.V2(ct.Options{Seed: "assistant"})
	leak, clean := filepath.Join(dir, "leak.env"), filepath.Join(dir, "clean.env")
	for path, text := range map[string]string{leak: "A=1\nKEY=" + key + "\n", clean: "A=1\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	quoted := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Trim(string(b), `"`)
	}
	for _, tt := range aiEvents {
		event := strings.NewReplacer("KEY", key, "FILE", quoted(leak), "CLEAN", quoted(clean), "DIR", quoted(dir)).Replace(tt.event)
		r := call(t, event, nil, "hook", "run", "ai")
		if strings.Contains(r.out+r.stderr, key) || strings.Contains(r.out+r.stderr, key[:20]) {
			t.Errorf("%s: the answer shows the credential", tt.name)
		}
		switch tt.deny {
		case "":
			if r.code != exitClean || r.out != "" || r.stderr != "" {
				t.Errorf("%s: exit %d, %q, %q", tt.name, r.code, r.out, r.stderr)
			}
			continue
		case "exit 2":
			if r.code != 2 || r.out != "" || !strings.Contains(r.stderr, "momentolint blocked this") {
				t.Errorf("%s: exit %d, %q, %q", tt.name, r.code, r.out, r.stderr)
			}
			continue
		}
		var answer map[string]any
		if err := json.Unmarshal([]byte(r.out), &answer); err != nil || r.code != exitClean || r.stderr != "" {
			t.Errorf("%s: exit %d, %v, %q, %q", tt.name, r.code, err, r.out, r.stderr)
			continue
		}
		path, want, _ := strings.Cut(tt.deny, "=")
		var value any = answer
		for name := range strings.SplitSeq(path, ".") {
			fields, _ := value.(map[string]any)
			value = fields[name]
		}
		if got, _ := json.Marshal(value); strings.Trim(string(got), `"`) != want || !strings.Contains(r.out, "momentolint blocked this") || !strings.Contains(r.out, "momento-api-key-v2") {
			t.Errorf("%s: want %s:\n%s", tt.name, tt.deny, r.out)
		}
	}
}

// An assistant takes exit code 2 for a refusal, so that a failure has another one.
func TestAFailureDoesNotBlockAnAssistant(t *testing.T) {
	key := ct.V2(ct.Options{Seed: "assistant"})
	for name, event := range map[string]string{"nothing": "", "no JSON": "use " + key, "a list": `["` + key + `"]`} {
		r := call(t, event, nil, "hook", "run", "ai")
		if r.code != 1 || r.out != "" || !strings.Contains(r.stderr, "not a JSON object") || strings.Contains(r.stderr, key) {
			t.Errorf("%s: exit %d, %q, %q", name, r.code, r.out, r.stderr)
		}
	}
}

func TestExpiredCredentialsAndSkippingDoNotBlockAnAssistant(t *testing.T) {
	event := func(key string) string { return `{"hook_event_name":"UserPromptSubmit","prompt":"use ` + key + `"}` }
	old := ct.V2(ct.Options{Seed: "old", ExpiresAt: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
	if r := call(t, event(old), nil, "hook", "run", "ai"); r.code != exitClean || r.out != "" {
		t.Errorf("expired: %d, %q, %q", r.code, r.out, r.stderr)
	}
	if r := call(t, event(ct.V2(ct.Options{})), []string{"MOMENTOLINT_SKIP=1"}, "hook", "run", "ai"); r.code != exitClean || r.out != "" {
		t.Errorf("skipped: %d, %q, %q", r.code, r.out, r.stderr)
	}
}

func TestAssistantsHooksAreInstalled(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	if err := os.Mkdir(filepath.Join(home, ".claude"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := call(t, "", nil, "hook", "install", "ai")
	text, err := os.ReadFile(filepath.Join(home, ".claude", "settings.json"))
	if r.code != exitClean || err != nil || !strings.Contains(string(text), "hook run ai") {
		t.Fatalf("%+v, %v, %s", r, err, text)
	}
	if r := call(t, "", nil, "hook", "uninstall", "ai", "claude"); r.code != exitClean || !strings.Contains(r.out, "removed") {
		t.Errorf("%+v", r)
	}
	if r := call(t, "", nil, "hook", "install", "ai", "emacs"); r.code != exitFailed || !strings.Contains(r.stderr, "claude, cursor") {
		t.Errorf("%+v", r)
	}
}
