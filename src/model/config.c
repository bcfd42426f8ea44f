/* SPDX-License-Identifier: MIT */
/*
 * A config file as a list of variables. A file is read natively as long as it
 * only assigns; the first statement that does more leaves it to bash, whole.
 */
#include "model/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "model/config_word.h"

/* The left side of an assignment. */
struct target {
	char *name;
	int line;
	bool append, exported;
};

static void target_auto(struct target *t)
{
	free(t->name);
}

void config_done(struct config *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].name);
		words_done(&c->v[i].values);
	}
	free(c->v);
	*c = (struct config){0};
}

const struct variable *config_get(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->v[i].name, name))
			return &c->v[i];
	return NULL;
}

static struct variable *get_or_add(struct config *c, const char *name)
{
	struct variable *v = (struct variable *)config_get(c, name);

	if (v)
		return v;
	c->v = mem_resize(c->v, c->n + 1, sizeof(*c->v));
	v = &c->v[c->n++];
	*v = (struct variable){.name = mem_copy(name)};
	return v;
}

void config_set(struct config *c, const char *name, const char *value)
{
	struct variable *v = get_or_add(c, name);

	words_done(&v->values);
	words_add(&v->values, value);
	v->is_array = false;
	v->line = 0;
}

/* A plain value given to an array is its first element's. */
static void assign_plain(struct config *c, const struct target *t,
                         const char *value)
{
	struct variable *v = get_or_add(c, t->name);
	struct buf joined = {0};

	v->line = t->line;
	if (!v->values.n) {
		words_add(&v->values, value);
		return;
	}
	if (t->append)
		buf_puts(&joined, v->values.v[0]);
	buf_puts(&joined, value);
	free(v->values.v[0]);
	v->values.v[0] = buf_take(&joined);
}

static void assign_array(struct config *c, const struct target *t,
                         const struct words *values)
{
	struct variable *v = get_or_add(c, t->name);

	v->line = t->line;
	v->is_array = true;
	if (!t->append)
		words_done(&v->values);
	for (size_t i = 0; i < values->n; i++)
		words_add(&v->values, values->v[i]);
}

/* The end of a word in a statement; else it is glued to what follows. */
static bool is_over(const struct reader *r)
{
	return r->at == r->end || strchr(" \t\n;", *r->at);
}

static int read_array(struct words *values, struct reader *r)
{
	AUTO(word) struct word w = {.fields = values, .braces = true};
	int line = r->line, code;

	for (r->at++;;) {
		reader_skip_blanks(r, true);
		if (r->at == r->end)
			return reader_refuse(r, line, "the ( is never closed");
		if (*r->at == ')')
			break;
		if (strchr(";&|(", *r->at))
			return reader_refuse(r, r->line,
			                     "%c cannot stand in an array",
			                     *r->at);
		if (strchr("<>", *r->at))
			return reader_needs_bash(r, "the operator", r->at, 1);
		code = word_read(&w, r);
		if (code < 0)
			return code;
		word_end(&w);
	}
	r->at++;
	return 0;
}

/* A redirection or operator after an assignment, say. */
static int check_over(struct reader *r)
{
	if (is_over(r))
		return 0;
	return reader_needs_bash(r, "the operator", r->at, 1);
}

static int assign_from(struct config *c, const struct target *t,
                       struct reader *r)
{
	AUTO(words) struct words values = {0};
	AUTO(word) struct word w = {.braces = t->exported};
	int code;

	if (r->at < r->end && *r->at == '(') {
		if (t->exported)
			return reader_needs_bash(r, "an exported array",
			                         t->name, strlen(t->name));
		code = read_array(&values, r);
		if (!code)
			code = check_over(r);
		if (!code)
			assign_array(c, t, &values);
		return code;
	}
	code = word_read(&w, r);
	if (!code)
		code = check_over(r);
	if (!code)
		assign_plain(c, t, buf_text(&w.text));
	return code;
}

/* The word at begin is no assignment: show it whole. */
static int leave_command(struct reader *r, const char *begin, bool exported)
{
	static const char word[] = "export";

	if (exported)
		return reader_needs_bash(r, "the command", word,
		                         sizeof(word) - 1);
	while (r->at < r->end && !strchr(" \t\n;&|<>()", *r->at))
		r->at++;
	if (r->at == begin)
		return reader_needs_bash(r, "the operator", begin, 1);
	return reader_needs_bash(r, "the command", begin,
	                         (size_t)(r->at - begin));
}

/* What bash cannot be asked to do by halves. */
static int check_target(struct target *t, const struct config *c,
                        struct reader *r)
{
	const struct variable *v = config_get(c, t->name);

	if (word_is_own_to_bash(t->name))
		return reader_needs_bash(r, "the variable", t->name,
		                         strlen(t->name));
	if (t->exported && (t->append || (v && v->is_array)))
		return reader_needs_bash(r, "an export that adds to", t->name,
		                         strlen(t->name));
	return 0;
}

static int read_assignment(struct config *c, struct reader *r, bool exported)
{
	AUTO(target) struct target t = {.line = r->line, .exported = exported};
	const char *begin = r->at, *name = NULL;
	size_t len = reader_take_name(r, &name), left;
	int code;

	left = (size_t)(r->end - r->at);
	t.append = left > 1 && !memcmp(r->at, "+=", 2);
	if (len && left && *r->at == '[')
		return reader_needs_bash(r, "an element of", name, len);
	if (!len || !left || (!t.append && *r->at != '='))
		return leave_command(r, begin, exported);
	r->at += t.append ? 2 : 1;
	t.name = mem_new0(len + 1);
	memcpy(t.name, name, len);
	code = check_target(&t, c, r);
	return code < 0 ? code : assign_from(c, &t, r);
}

/* Pass "export" and the blanks after it; false when it is not there. */
static bool take_export(struct reader *r)
{
	static const char word[] = "export";
	size_t len = sizeof(word) - 1;

	if ((size_t)(r->end - r->at) <= len || memcmp(r->at, word, len) != 0 ||
	    !strchr(" \t", r->at[len]))
		return false;
	r->at += len;
	reader_skip_blanks(r, false);
	return true;
}

/* Assignments up to the end of the line or a semicolon. */
static int read_statement(struct config *c, struct reader *r)
{
	bool exported = take_export(r);
	int code;

	do {
		code = read_assignment(c, r, exported);
		if (code < 0)
			return code;
		reader_skip_blanks(r, false);
		/* bash expands all of them before it exports the first */
		if (exported && !is_over(r))
			return leave_command(r, r->at, true);
	} while (!is_over(r));
	if (r->at < r->end && *r->at == ';')
		r->at++;
	return 0;
}

static int read_statements(struct config *c, struct reader *r)
{
	int code;

	for (;;) {
		reader_skip_blanks(r, true);
		if (r->at == r->end)
			return 0;
		if (*r->at == ';' || *r->at == ')')
			return reader_refuse(r, r->line,
			                     "there is nothing before this %c",
			                     *r->at);
		code = read_statement(c, r);
		if (code < 0)
			return code;
	}
}

/* Bytes that no config has, or that bash itself keeps for its own marks. */
static int check_bytes(const struct reader *start)
{
	struct reader r = *start;

	for (; r.at < r.end; r.at++) {
		bool last = r.at + 1 == r.end || r.at[1] == '\n';

		if (!*r.at)
			return reader_refuse(&r, r.line, "a NUL byte");
		if (*r.at == '\r' && last)
			return reader_refuse(&r, r.line,
			                     "the line ends in CR LF, save the "
			                     "file with Unix line ends");
		r.line += *r.at == '\n';
	}
	for (r = *start; r.at < r.end; r.at++) {
		if (*r.at == '\001' || *r.at == '\177')
			return reader_needs_bash(&r, "the byte", r.at, 1);
		r.line += *r.at == '\n';
	}
	return 0;
}

int config_parse(struct config *c, const char *text, size_t len,
                 const char *where, struct err *err)
{
	AUTO(config) struct config read = {0};
	struct reader r = {
		.at = text,
		.end = text + len,
		.line = 1,
		.where = where,
		.config = &read,
		.err = err,
	};
	int code;

	if (len > CONFIG_MAX)
		return err_say(err, -EINVAL,
		               "%s: %zu bytes, a config has at most %d", where,
		               len, CONFIG_MAX);
	code = check_bytes(&r);
	if (!code)
		code = read_statements(&read, &r);
	if (code < 0)
		return code;
	*c = read;
	read = (struct config){0};
	return 0;
}
