package machine

// Base is a directory that the places of the table begin at.
type Base uint8

// The bases. On a computer some of them are the same directory, and some do not
// exist.
const (
	// Home is the user's home directory.
	Home Base = iota
	// Config, Data, State and Cache are the directories of the XDG Base Directory
	// Specification: ~/.config, ~/.local/share, ~/.local/state and ~/.cache, unless
	// a variable sets them.
	Config
	Data
	State
	Cache
	// Support is ~/Library/Application Support, on macOS.
	Support
	// Roaming and Local are %APPDATA% and %LOCALAPPDATA%, on Windows.
	Roaming
	Local
	// App is where desktop applications keep their files: Config, Support and
	// Roaming.
	App
)

// Entry is a line of the table: one place, or several that a pattern names.
type Entry struct {
	Base Base
	// Pattern is relative to the base: a glob with * and {a,b}. One that ends in /**
	// is a directory with everything below it.
	Pattern string
	// Advice is what to do about a credential found there, in one sentence.
	Advice string
}

// The advice that fits each sort of place.
const (
	adviceCLI        = "Momento's command line keeps its keys in plain text: give this profile a scoped key that expires, and keep the directory readable by you alone."
	adviceTranscript = "The transcripts of coding assistants are plain text, are kept, and may be sent to their vendor: rotate the key, delete the conversation, and let the assistant read keys from variables only."
	adviceAssistant  = "An assistant's settings hold the key in plain text: let the server that it starts read the key from the environment or a secret manager."
	adviceHistory    = "Take the line out of the shell history, and pass keys on standard input or by a variable that a secret manager sets."
	adviceStartup    = "A shell start-up file hands the key to every program you run: read it from a secret manager where it is needed."
	adviceDotEnv     = "Keep the key in a secret manager and let the program read it from there; at the least make the file readable by you alone and be sure that git ignores it."
	adviceDownload   = "The console's download holds the key and its refresh token: move both to a secret manager and delete the file."
	adviceEditor     = "Editor settings are synced and shared: put the key into a secret manager or the system's key ring."
	adviceNotebook   = "Notebooks keep their output and history: clear both, and read the key with getpass or from a secret manager."
	adviceCloud      = "A configuration of another tool holds the key in plain text: use that tool's own secret store."
	adviceTerraform  = "Terraform's state, plans and variable files hold keys in plain text: keep the state in an encrypted backend, delete local copies, and rotate the key."
	adviceHTTP       = "HTTP clients keep requests, variables and their history in plain text, and sync them: use the client's secret variables, and delete the saved request."
	adviceVariable   = "Every program started from here can read this variable: set it for the one program that needs it."
)

// Table lists the well-known places. To add one, add a line: what the
// application's documentation says, as exactly as it says it. A directory that
// also holds programs or caches of packages is listed by the parts that matter.
func Table() []Entry {
	return []Entry{
		// Momento's command line. MOMENTO_CONFIG_DIR moves it.
		{Home, ".momento/**", adviceCLI},

		// AI assistants: transcripts. CLAUDE_CONFIG_DIR and CODEX_HOME move theirs.
		{Home, ".claude/projects/**", adviceTranscript},
		{Home, ".claude/{todos,tasks,plans,file-history,shell-snapshots,paste-cache,debug,sessions,session-env,backups}/**", adviceTranscript},
		{Home, ".claude/history.jsonl", adviceTranscript},
		{Config, "claude/projects/**", adviceTranscript},
		{Home, ".codex/{sessions,archived_sessions,log,shell_snapshots}/**", adviceTranscript},
		{Home, ".codex/history.jsonl", adviceTranscript},
		{Home, ".gemini/{tmp,history,antigravity}/**", adviceTranscript},
		{Home, ".cursor/{projects,chats,plans}/**", adviceTranscript},
		{App, "{Cursor,Windsurf,Code,Code - Insiders,VSCodium}/User/globalStorage/state.vscdb*", adviceTranscript},
		{App, "{Cursor,Windsurf,Code,Code - Insiders,VSCodium}/User/workspaceStorage/*/state.vscdb*", adviceTranscript},
		{App, "{Code,Code - Insiders,VSCodium,Cursor,Windsurf}/User/workspaceStorage/*/{chatSessions,chatEditingSessions,GitHub.copilot-chat}/**", adviceTranscript},
		{App, "{Code,Code - Insiders,VSCodium,Cursor,Windsurf}/User/globalStorage/{emptyWindowChatSessions,github.copilot,github.copilot-chat}/**", adviceTranscript},
		{App, "{Code,Code - Insiders,VSCodium,Cursor,Windsurf}/User/globalStorage/{saoudrizwan.claude-dev,rooveterinaryinc.roo-cline,kilocode.kilo-code}/**", adviceTranscript},
		{App, "{Code,Code - Insiders,VSCodium,Cursor,Windsurf}/User/History/**", adviceTranscript},
		{Home, ".copilot/{session-state,history-session-state,logs}/**", adviceTranscript},
		{Home, ".copilot/command-history-state.json", adviceTranscript},
		{Home, ".aider*", adviceTranscript},
		{Home, ".aider/**", adviceTranscript},
		{Home, ".continue/{sessions,logs,dev_data}/**", adviceTranscript},
		{Home, ".codeium/windsurf/{cascade,memories,brain}/**", adviceTranscript},
		{Data, "zed/{threads,conversations,db}/**", adviceTranscript},
		{Support, "Zed/{threads,conversations,db}/**", adviceTranscript},
		{Local, "Zed/{threads,conversations,db}/**", adviceTranscript},
		{Config, "zed/conversations/**", adviceTranscript},
		{Data, "{opencode,goose,amp}/**", adviceTranscript},
		{Home, ".qwen/tmp/**", adviceTranscript},
		{Home, ".aws/amazonq/history/**", adviceTranscript},
		{Support, "Claude/{logs,local-agent-mode-sessions}/**", adviceTranscript},
		{Home, "Library/Logs/Claude/*", adviceTranscript},
		{Roaming, "Claude/logs/**", adviceTranscript},
		{Config, "Claude/logs/**", adviceTranscript},

		// AI assistants: settings, and those of the servers that they start.
		{Home, ".claude/*.{json,md}", adviceAssistant},
		{Home, ".claude/{commands,agents,skills,hooks}/**", adviceAssistant},
		{Home, ".claude.json*", adviceAssistant},
		{App, "Claude/*.json", adviceAssistant},
		{Home, ".codex/*.{toml,json,md}", adviceAssistant},
		{Home, ".gemini/*.{json,md}", adviceAssistant},
		{Home, ".gemini/.env", adviceAssistant},
		{Home, ".cursor/{mcp,cli-config,hooks}.json", adviceAssistant},
		{Home, ".cursor/rules/**", adviceAssistant},
		{Config, "cursor/*.json", adviceAssistant},
		{Home, ".copilot/*.json", adviceAssistant},
		{Config, "github-copilot/**", adviceAssistant},
		{Local, "github-copilot/**", adviceAssistant},
		{Home, ".continue/{config.json,config.yaml,config.ts,.env}", adviceAssistant},
		{Home, ".continue/{mcpServers,assistants,rules}/**", adviceAssistant},
		{Home, ".codeium/*.json", adviceAssistant},
		{Home, ".codeium/windsurf/mcp_config.json", adviceAssistant},
		{Config, "zed/*.{json,jsonc}", adviceAssistant},
		{Roaming, "Zed/*.json", adviceAssistant},
		{Config, "{opencode,goose,amp}/*", adviceAssistant},
		{Home, ".{cline,roo,kiro,qwen,junie,lmstudio}/{mcp,settings,config}*.json", adviceAssistant},
		{Home, ".kiro/settings/*.json", adviceAssistant},
		{Home, ".aws/amazonq/*.json", adviceAssistant},
		{Home, ".mcp.json", adviceAssistant},
		{Home, ".mcp-auth/**", adviceAssistant},

		// Histories of shells and of programs that read line by line. HISTFILE and
		// ZDOTDIR move some.
		{Home, ".{bash_history,zsh_history,zhistory,histfile,sh_history,history,ksh_history,ash_history,tcsh_history}", adviceHistory},
		{Home, ".{bash_sessions,zsh_sessions}/**", adviceHistory},
		{State, "{bash,zsh}/*", adviceHistory},
		{Cache, "zsh/*history*", adviceHistory},
		{Data, "fish/*history", adviceHistory},
		{Config, "fish/fish_history", adviceHistory},
		{Config, "nushell/history.*", adviceHistory},
		{Support, "nushell/history.*", adviceHistory},
		{Roaming, "nushell/history.*", adviceHistory},
		{Data, "powershell/PSReadLine/*", adviceHistory},
		{Roaming, "Microsoft/Windows/PowerShell/PSReadLine/*", adviceHistory},
		{Local, "clink/clink_history*", adviceHistory},
		{Data, "{xonsh,atuin,mcfly}/*", adviceHistory},
		{Home, ".{xonsh_history,mcfly/history.db}", adviceHistory},
		{Home, ".{python_history,node_repl_history,bun_repl_history,irb_history,pry_history,php_history,Rhistory,ghc/ghci_history,scala_history}", adviceHistory},
		{State, "python_history", adviceHistory},
		{Cache, "deno/deno_history.txt", adviceHistory},
		{Data, "{irb,pry}/*history", adviceHistory},
		{Config, "psysh/psysh_history", adviceHistory},
		{Home, ".julia/logs/repl_history.jl", adviceHistory},
		{Home, ".{psql_history,mysql_history,mariadb_history,sqlite_history,duckdb_history,rediscli_history,valkeycli_history,dbshell,influx_history}", adviceHistory},
		{Home, ".mongodb/mongosh/mongosh_repl_history", adviceHistory},
		{Config, "{pgcli,mycli,litecli,iredis}/history", adviceHistory},
		{Home, ".{lesshst,viminfo,wget-hsts,gdb_history}", adviceHistory},
		{State, "{lesshst,less/history}", adviceHistory},
		{State, "nvim/{shada,swap,undo}/**", adviceHistory},
		{Data, "nvim/{shada,swap,undo}/**", adviceHistory},

		// Files that a shell or a session reads as it starts.
		{Home, ".{bashrc,bash_profile,bash_login,bash_aliases,profile,zshrc,zshenv,zprofile,zlogin,kshrc,xprofile,pam_environment}", adviceStartup},
		{Config, "fish/{config.fish,fish_variables}", adviceStartup},
		{Config, "fish/{conf.d,functions}/*", adviceStartup},
		{Config, "nushell/*.nu", adviceStartup},
		{Config, "powershell/*.ps1", adviceStartup},
		{Home, "Documents/{PowerShell,WindowsPowerShell}/*.ps1", adviceStartup},
		{Config, "environment.d/*", adviceStartup},
		{Config, "systemd/user/*", adviceStartup},
		{Home, "Library/LaunchAgents/*", adviceStartup},

		// The console's downloads.
		{Home, "momento*.json", adviceDownload},
		{Home, "{Downloads,Desktop,Documents}/*momento*.json", adviceDownload},
		{Home, "{Downloads,Desktop,Documents}/momento*", adviceDownload},

		// Editors.
		{App, "{Code,Code - Insiders,Code - OSS,VSCodium,Cursor,Windsurf}/User/*.json", adviceEditor},
		{App, "{Code,Code - Insiders,Code - OSS,VSCodium,Cursor,Windsurf}/User/{snippets,prompts,profiles}/**", adviceEditor},
		{App, "{Code,Code - Insiders,Code - OSS,VSCodium,Cursor,Windsurf}/User/globalStorage/*/*.json", adviceEditor},
		{Home, ".vscode/*.json", adviceEditor},
		{App, "JetBrains/*/options/*.xml", adviceEditor},
		{App, "JetBrains/*/{scratches,consoles}/**", adviceEditor},
		{Home, ".{vimrc,emacs}", adviceEditor},
		{Home, ".emacs.d/*.el", adviceEditor},
		{Config, "nvim/**", adviceEditor},
		{Config, "sublime-text*/Packages/User/**", adviceEditor},
		{Support, "Sublime Text*/Packages/User/**", adviceEditor},
		{Support, "Sublime Text*/Local/*.sublime_session", adviceEditor},
		{Roaming, "Notepad++/backup/*", adviceEditor},

		// HTTP clients.
		{App, "{Postman,Insomnia,Bruno,bruno,Yaak}/**", adviceHTTP},
		{Home, "Postman/**", adviceHTTP},
		{Home, ".{insomnia,bruno,rest-client,hoppscotch}/**", adviceHTTP},
		{App, "{Code,Code - Insiders,VSCodium,Cursor,Windsurf}/User/globalStorage/{rangav.vscode-thunder-client,humao.rest-client,postman.postman-for-vscode}/**", adviceHTTP},
		{Config, "httpie/**", adviceHTTP},
		{Home, ".httpie/**", adviceHTTP},
		{Data, "{app.yaak.desktop,io.hoppscotch.desktop}/**", adviceHTTP},
		{Support, "{app.yaak.desktop,io.hoppscotch.desktop}/**", adviceHTTP},
		{Home, ".{curlrc,wgetrc,netrc}", adviceHTTP},
		{Home, "_netrc", adviceHTTP},
		{Home, ".{redis-insight,redisinsight-app}/*.db*", adviceHTTP},

		// Notebooks.
		{Home, ".ipython/profile_*/history.sqlite*", adviceNotebook},
		{Home, ".ipython/profile_*/startup/**", adviceNotebook},
		{Home, ".jupyter/**", adviceNotebook},
		{Data, "jupyter/runtime/**", adviceNotebook},
		{Home, "Library/Jupyter/runtime/**", adviceNotebook},

		// Terraform. What projects hold is in projectFiles.
		{Home, ".{terraformrc,tofurc}", adviceTerraform},
		{Roaming, "{terraform,tofu}.rc", adviceTerraform},
		{Home, ".terraform.d/*.json", adviceTerraform},
		{Roaming, "terraform.d/*.json", adviceTerraform},
		{Home, ".pulumi/{stacks,backups,history}/**", adviceTerraform},
		{Home, ".pulumi/*.json", adviceTerraform},

		// Docker, clouds and other tools.
		{Home, ".docker/*.json", adviceCloud},
		{Home, ".docker/{contexts,buildx}/**", adviceCloud},
		{Config, "containers/*.json", adviceCloud},
		{Home, ".aws/{config,credentials}", adviceCloud},
		{Home, ".aws/cli/{alias,history/history.db}", adviceCloud},
		{Home, ".azure/{config,*.json}", adviceCloud},
		{Home, ".azure/{commands,logs}/**", adviceCloud},
		{Config, "gcloud/*.{json,db}", adviceCloud},
		{Config, "gcloud/{configurations,logs}/**", adviceCloud},
		{Roaming, "gcloud/*.{json,db}", adviceCloud},
		{Roaming, "gcloud/{configurations,logs}/**", adviceCloud},
		{Home, ".oci/config", adviceCloud},
		{Home, ".kube/config*", adviceCloud},
		{Home, ".{npmrc,pypirc,gitconfig,git-credentials,serverlessrc}", adviceCloud},
		{Home, ".yarnrc*", adviceCloud},
		{Config, "git/*", adviceCloud},
		{Config, "gh/*.yml", adviceCloud},
		{Config, "{helm,netlify,vercel,fly,doctl,pulumi,configstore,sst}/**", adviceCloud},
		{Home, "Library/Preferences/{netlify,.wrangler}/**", adviceCloud},
		{Data, "com.vercel.cli/*", adviceCloud},
		{Support, "com.vercel.cli/*", adviceCloud},
		{Home, ".vercel/**", adviceCloud},
		{Home, ".fly/*.yml", adviceCloud},
		{Home, ".railway/*.json", adviceCloud},
		{Home, ".wrangler/{config,logs}/**", adviceCloud},
		{Config, ".wrangler/**", adviceCloud},
		{Home, ".m2/settings.xml", adviceCloud},
		{Home, ".gradle/gradle.properties", adviceCloud},
		{Home, ".cargo/credentials*", adviceCloud},
		{Config, "pip/pip.conf", adviceCloud},
		{Home, ".ssh/{config,environment}", adviceCloud},
		{Config, "k9s/**", adviceCloud},
	}
}

// projectFiles are names of files in the projects in the top levels of the home
// directory, as Entry.Pattern for the base name, the first that fits.
func projectFiles() []Entry {
	return []Entry{
		{Pattern: ".{env,envrc,flaskenv,dev.vars}", Advice: adviceDotEnv},
		{Pattern: ".env.*", Advice: adviceDotEnv},
		{Pattern: "*.env", Advice: adviceDotEnv},
		{Pattern: "momento_*.json", Advice: adviceDownload},
		{Pattern: ".aider*", Advice: adviceTranscript},
		{Pattern: "{.mcp.json,mcp.json,mcp_config.json}", Advice: adviceAssistant},
		{Pattern: "http-client*.env.json", Advice: adviceHTTP},
		{Pattern: "*.{http,rest,bru}", Advice: adviceHTTP},
		{Pattern: "*.postman_*.json", Advice: adviceHTTP},
		{Pattern: "*.{tfstate,tfplan,tfvars}", Advice: adviceTerraform},
		{Pattern: "*.tfstate.*", Advice: adviceTerraform},
		{Pattern: "*.tfvars.json", Advice: adviceTerraform},
		{Pattern: "{tfplan,tfplan.json,plan.out,plan.tfplan,crash.log}", Advice: adviceTerraform},
		{Pattern: "*.ipynb", Advice: adviceNotebook},
	}
}

// projectPlaces are places below a project's directory that are deeper or better
// hidden than projectFiles reaches.
func projectPlaces() []Entry {
	return []Entry{
		{Pattern: ".terraform/terraform.tfstate", Advice: adviceTerraform},
		{Pattern: "terraform.tfstate.d/**", Advice: adviceTerraform},
		{Pattern: ".terragrunt-cache/*/*/*.{tfstate,tfvars,tfplan,json}", Advice: adviceTerraform},
		{Pattern: ".{claude,gemini,cursor,vscode,roo,kiro}/*.json", Advice: adviceAssistant},
		{Pattern: ".idea/httpRequests/**", Advice: adviceHTTP},
	}
}
