/* SPDX-License-Identifier: MIT */
/*
 * A key that is not known here may narrow what stands beside it, so it is
 * refused, not passed over. Docker's own template, with "includes" and
 * "excludes", is no profile yet: Docker makes one of it.
 */
#include "filter/profile.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/auto.h"
#include "base/err.h"
#include "filter/program.h"

#define N(list)   (sizeof(list) / sizeof(*(list)))
#define ARGUMENTS 6
#define ERRNO_MAX 4095
#define NUMBERS   1024 /* more than there are */

static void json_auto(struct json_object **object)
{
	json_object_put(*object);
}

static void tokener_auto(struct json_tokener **tokener)
{
	json_tokener_free(*tokener);
}

/* What our own child does between the filter and init. Without them it would
 * fail with a riddle, or die as if it were the init. */
static const char *const needed[] = {
	"brk",   "capget", "capset", "chdir",      "close_range",
	"dup3",  "execve", "fcntl",  "mmap",       "poll",
	"prctl", "setsid", "write",  "exit_group",
};

struct reading {
	struct program program;
	int newest;              /* number that is named */
	uint32_t fates[NUMBERS]; /* what becomes of a call, by its number */
	bool is_said[NUMBERS];   /* by a rule for all of its arguments */
};

/* One element of syscalls. */
struct rule {
	uint32_t action;
	struct scmp_arg_cmp args[ARGUMENTS];
	unsigned n_args;
};

static bool is_passing(uint32_t action)
{
	return action == SCMP_ACT_ALLOW || action == SCMP_ACT_LOG;
}

/* known ends with NULL. */
static int check_keys(struct json_object *object, const char *const *known,
                      struct err *err)
{
	json_object_object_foreach(object, key, value)
	{
		size_t i = 0;

		(void)value;
		while (known[i] && strcmp(known[i], key))
			i++;
		if (!known[i])
			return err_say(err, -EINVAL,
			               "\"%s\" is no key of a profile", key);
	}
	return 0;
}

/* Number key of object, 0 to max; left as it is when absent. */
static int get_number(struct json_object *object, const char *key, uint64_t max,
                      uint64_t *number, struct err *err)
{
	struct json_object *value = json_object_object_get(object, key);

	if (!value)
		return 0;
	if (!json_object_is_type(value, json_type_int) ||
	    json_object_get_int64(value) < 0 ||
	    json_object_get_uint64(value) > max)
		return err_say(err, -EINVAL,
		               "\"%s\" is no number from 0 to %ju", key,
		               (uintmax_t)max);
	*number = json_object_get_uint64(value);
	return 0;
}

/* "" where there is no text of that key. */
static const char *get_text(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	return json_object_is_type(value, json_type_string)
	               ? json_object_get_string(value)
	               : "";
}

/* The list of that key; NULL and no error where it is absent. */
static int get_list(struct json_object *object, const char *key,
                    struct json_object **ret_list, struct err *err)
{
	*ret_list = json_object_object_get(object, key);
	if (*ret_list && !json_object_is_type(*ret_list, json_type_array))
		return err_say(err, -EINVAL, "\"%s\" is no list", key);
	return 0;
}

/* The action of one key, with the errno of another. */
static int get_action(struct json_object *object, const char *key,
                      const char *errno_key, uint32_t *ret_action,
                      struct err *err)
{
	static const struct {
		const char *name;
		uint32_t action;
		bool takes_errno;
	} actions[] = {
		{"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
		{"SCMP_ACT_LOG", SCMP_ACT_LOG},
		{"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0), true},
		{"SCMP_ACT_TRACE", SCMP_ACT_TRACE(0), true},
		{"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
		{"SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD},
		{"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
		{"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
	};
	const char *name = get_text(object, key);
	uint64_t code = EPERM;
	size_t i = 0;

	while (i < N(actions) && strcmp(actions[i].name, name))
		i++;
	if (i == N(actions))
		return err_say(err, -EINVAL,
		               "\"%s\" is \"%s\"; SCMP_ACT_ALLOW, _LOG, "
		               "_ERRNO, _TRACE, _TRAP, _KILL_THREAD or "
		               "_KILL_PROCESS is needed",
		               key, name);
	if (get_number(object, errno_key, ERRNO_MAX, &code, err) < 0)
		return -EINVAL;
	*ret_action = actions[i].action;
	if (actions[i].takes_errno)
		*ret_action |= (uint32_t)code;
	return 0;
}

static int get_operator(struct json_object *object, enum scmp_compare *ret_op,
                        struct err *err)
{
	static const struct {
		const char *name;
		enum scmp_compare op;
	} operators[] = {
		{"SCMP_CMP_NE", SCMP_CMP_NE},
		{"SCMP_CMP_LT", SCMP_CMP_LT},
		{"SCMP_CMP_LE", SCMP_CMP_LE},
		{"SCMP_CMP_EQ", SCMP_CMP_EQ},
		{"SCMP_CMP_GE", SCMP_CMP_GE},
		{"SCMP_CMP_GT", SCMP_CMP_GT},
		{"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
	};
	const char *name = get_text(object, "op");

	for (size_t i = 0; i < N(operators); i++) {
		if (strcmp(operators[i].name, name))
			continue;
		*ret_op = operators[i].op;
		return 0;
	}
	return err_say(err, -EINVAL,
	               "\"op\" is \"%s\"; SCMP_CMP_NE, _LT, _LE, _EQ, _GE, _GT "
	               "or _MASKED_EQ is needed",
	               name);
}

static int read_argument(struct rule *rule, struct json_object *object,
                         struct err *err)
{
	static const char *const known[] = {"index", "value", "valueTwo", "op",
	                                    NULL};
	struct scmp_arg_cmp *arg = &rule->args[rule->n_args];
	uint64_t index = ARGUMENTS, value = 0, second = 0;

	if (!json_object_is_type(object, json_type_object) ||
	    rule->n_args == ARGUMENTS)
		return err_say(err, -EINVAL,
		               "\"args\" is no list of at most %d objects",
		               ARGUMENTS);
	if (check_keys(object, known, err) < 0 ||
	    get_number(object, "index", ARGUMENTS - 1, &index, err) < 0 ||
	    get_number(object, "value", UINT64_MAX, &value, err) < 0 ||
	    get_number(object, "valueTwo", UINT64_MAX, &second, err) < 0 ||
	    get_operator(object, &arg->op, err) < 0)
		return -EINVAL;
	if (index == ARGUMENTS)
		return err_say(err, -EINVAL, "\"index\" is missing");
	for (unsigned i = 0; i < rule->n_args; i++)
		if (rule->args[i].arg == index)
			return err_say(err, -EINVAL,
			               "argument %ju is compared twice; make "
			               "two elements of it",
			               (uintmax_t)index);
	arg->arg = (unsigned)index;
	arg->datum_a = value;
	arg->datum_b = second;
	rule->n_args++;
	return 0;
}

/* What becomes of a call is said once; libseccomp would take one or the other.
 * Where arguments are compared, a start will show it. */
static int note_fate(struct reading *r, const struct rule *rule, int number)
{
	if (number >= NUMBERS)
		return 0;
	if (rule->n_args) {
		if (!r->is_said[number])
			r->fates[number] = SCMP_ACT_ALLOW;
		return 0;
	}
	if (r->is_said[number] && r->fates[number] != rule->action)
		return -EEXIST;
	r->is_said[number] = true;
	r->fates[number] = rule->action;
	return 0;
}

static int add_call(struct reading *r, const struct rule *rule,
                    const char *name, struct err *err)
{
	int number = program_number(name);
	int code;

	if (number == -ENOENT && is_passing(r->program.otherwise) &&
	    !is_passing(rule->action))
		return err_say(err, -EINVAL,
		               "no system call \"%s\" is known here, so it "
		               "would pass",
		               name);
	if (number < 0)
		return 0;
	if (number > r->newest)
		r->newest = number;
	if (note_fate(r, rule, number) < 0)
		return err_say(err, -EINVAL,
		               "another element says otherwise of %s", name);
	code = program_add(&r->program, rule->action, number, rule->args,
	                   rule->n_args);
	return code < 0 ? err_set(err, code, "cannot filter %s", name) : 0;
}

/* Only of a template, where they say more than nothing. */
static int check_template(struct json_object *object, struct err *err)
{
	static const char *const keys[] = {"includes", "excludes"};

	for (size_t i = 0; i < N(keys); i++) {
		struct json_object *value =
			json_object_object_get(object, keys[i]);

		if (value && (!json_object_is_type(value, json_type_object) ||
		              json_object_object_length(value)))
			return err_say(err, -EINVAL,
			               "\"%s\" is of Docker's template; give "
			               "what Docker makes of it",
			               keys[i]);
	}
	return 0;
}

static int read_rule(struct rule *rule, struct json_object *object,
                     struct err *err)
{
	static const char *const known[] = {"names",    "name",     "action",
	                                    "errnoRet", "args",     "comment",
	                                    "includes", "excludes", NULL};
	struct json_object *args = NULL;

	if (!json_object_is_type(object, json_type_object))
		return err_say(err, -EINVAL, "it is no object");
	if (check_keys(object, known, err) < 0 ||
	    check_template(object, err) < 0 ||
	    get_action(object, "action", "errnoRet", &rule->action, err) < 0 ||
	    get_list(object, "args", &args, err) < 0)
		return -EINVAL;
	for (size_t i = 0; args && i < json_object_array_length(args); i++)
		if (read_argument(rule, json_object_array_get_idx(args, i),
		                  err) < 0)
			return -EINVAL;
	return 0;
}

static int read_element(struct reading *r, struct json_object *object,
                        struct err *err)
{
	struct rule rule = {0};
	struct json_object *names = NULL;
	int code = read_rule(&rule, object, err);

	if (!code)
		code = get_list(object, "names", &names, err);
	if (code < 0)
		return code;
	if (!names && !*get_text(object, "name"))
		return err_say(err, -EINVAL, "\"names\" is missing");
	if (!names)
		return add_call(r, &rule, get_text(object, "name"), err);
	for (size_t i = 0; i < json_object_array_length(names) && !code; i++) {
		struct json_object *name = json_object_array_get_idx(names, i);

		if (!json_object_is_type(name, json_type_string))
			return err_say(err, -EINVAL,
			               "\"names\" has what is no name");
		code = add_call(r, &rule, json_object_get_string(name), err);
	}
	return code;
}

static int check_needed(const struct reading *r, struct err *err)
{
	for (size_t i = 0; i < N(needed); i++) {
		int number = program_number(needed[i]);

		if (number >= 0 && !is_passing(r->fates[number]))
			return err_say(err, -EINVAL,
			               "it refuses %s, which a start itself "
			               "needs",
			               needed[i]);
	}
	return 0;
}

static int read_profile(struct reading *r, struct json_object *object,
                        struct err *err)
{
	static const char *const known[] = {"defaultAction",
	                                    "defaultErrnoRet",
	                                    "architectures",
	                                    "archMap",
	                                    "flags",
	                                    "syscalls",
	                                    NULL};
	uint32_t otherwise;
	struct json_object *list;

	if (!json_object_is_type(object, json_type_object))
		return err_say(err, -EINVAL, "it is no JSON object");
	if (check_keys(object, known, err) < 0 ||
	    get_list(object, "syscalls", &list, err) < 0 ||
	    get_action(object, "defaultAction", "defaultErrnoRet", &otherwise,
	               err) < 0)
		return -EINVAL;
	for (size_t i = 0; i < NUMBERS; i++)
		r->fates[i] = otherwise;
	if (program_init(&r->program, otherwise, err) < 0)
		return err->code;
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		if (read_element(r, json_object_array_get_idx(list, i), err))
			return err_wrap(err, "syscalls[%zu]", i);
	/* As runc does: newer than whoever wrote it knew. */
	if (!is_passing(otherwise) && r->newest)
		r->program.newest = (unsigned)r->newest;
	return check_needed(r, err);
}

int profile_read(struct program *p, const char *text, struct err *err)
{
	AUTO(tokener) struct json_tokener *tokener = json_tokener_new();
	AUTO(json) struct json_object *object = NULL;
	struct reading r = {0};
	int code;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	/* With its NUL: nothing may be behind the object. */
	object = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
	if (!object)
		return err_say(err, -EINVAL, "it is no JSON: %s",
		               json_tokener_error_desc(
				       json_tokener_get_error(tokener)));
	code = read_profile(&r, object, err);
	*p = r.program;
	return code;
}
