// Runs patterns with Hyperscan (or Vectorscan, which has the same interface),
// the engine of GitHub's custom patterns and of Kingfisher.
//
// Standard input: the number of patterns, then one per line; then the names of
// files, one per line. Standard output: "pattern file from to" for each match,
// the longest only for each place where one starts; with the argument
// "compile", the patterns are only compiled.
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long long longest_from, longest_to;
static int have, number;
static const char *file;

static void flush(void) {
	if (have)
		printf("%d %s %llu %llu\n", number, file, longest_from, longest_to);
	have = 0;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
	(void)id, (void)flags, (void)context;
	if (have && from != longest_from)
		flush();
	longest_from = from, longest_to = to, have = 1;
	return 0;
}

static char *line(void) {
	static char buffer[1 << 20];
	if (!fgets(buffer, sizeof buffer, stdin))
		return NULL;
	buffer[strcspn(buffer, "\n")] = 0;
	return buffer;
}

int main(int argc, char **argv) {
	int compile_only = argc > 1 && !strcmp(argv[1], "compile");
	int count = atoi(line());
	hs_database_t **databases = calloc(count, sizeof *databases);
	hs_scratch_t *scratch = NULL;
	for (int i = 0; i < count; i++) {
		hs_compile_error_t *error;
		char *pattern = line();
		if (hs_compile(pattern, compile_only ? 0 : HS_FLAG_SOM_LEFTMOST, HS_MODE_BLOCK, NULL, &databases[i], &error)) {
			fprintf(stderr, "pattern %d: %s\n", i, error->message);
			return 1;
		}
		if (hs_alloc_scratch(databases[i], &scratch))
			return 2;
	}
	for (char *name; (name = line());) {
		FILE *f = fopen(name, "rb");
		if (!f) {
			perror(name);
			return 2;
		}
		static char content[16 << 20];
		size_t length = fread(content, 1, sizeof content, f);
		fclose(f);
		file = name;
		for (number = 0; number < count; number++) {
			if (hs_scan(databases[number], content, length, 0, scratch, on_match, NULL))
				return 2;
			flush();
		}
	}
	return 0;
}
