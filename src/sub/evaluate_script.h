/* SPDX-License-Identifier: MIT */
/*
 * The half of sub/evaluate that is bash: sources the config and prints what
 * it set and bash had not, in the protocol that config_parse_printed reads,
 * then a "=" to say that it came to its end. HOSTNAME is bash's own until it
 * is unset.
 */
#pragma once

#define EVALUATE_TEXT "/proc/self/fd/3" /* the config */

static const char evaluate_script[] =
	"shopt -u checkwinsize\n"
	"unset -v HOSTNAME\n"
	"declare -A subhost_own\n"
	"subhost_list() {\n"
	"  local IFS=$' \\t\\n' subhost_letter\n"
	"  subhost_names=()\n"
	"  for subhost_letter in _ {a..z} {A..Z}; do\n"
	"    builtin eval \"subhost_names+=(\\${!$subhost_letter*})\"\n"
	"  done\n"
	"}\n"
	"subhost_print_one() {\n"
	"  declare -n subhost_value=$1\n"
	"  local subhost_count=${#subhost_value[@]}\n"
	"  if [[ ${subhost_value@a} == *[aA]* || $subhost_count == 0 ]]\n"
	"  then\n"
	"    builtin printf '%s\\0%s\\0' \"$1\" $subhost_count\n"
	"    [[ $subhost_count == 0 ]] ||\n"
	"      builtin printf '%s\\0' \"${subhost_value[@]}\"\n"
	"  else\n"
	"    builtin printf '%s\\0-\\0%s\\0' \"$1\" \"$subhost_value\"\n"
	"  fi\n"
	"}\n"
	"subhost_print() {\n"
	"  set +efux\n"
	"  subhost_list\n"
	"  local IFS=$' \\t\\n' subhost_name\n"
	"  for subhost_name in \"${subhost_names[@]}\"; do\n"
	"    [[ -n ${subhost_own[$subhost_name]-} ||\n"
	"       $subhost_name == subhost_* ]] ||\n"
	"      subhost_print_one \"$subhost_name\"\n"
	"  done\n"
	"  builtin printf '=\\0'\n"
	"}\n"
	"subhost_list\n"
	"for subhost_name in \"${subhost_names[@]}\"; do\n"
	"  subhost_own[$subhost_name]=1\n"
	"done\n"
	"exec 4>&1 >/dev/null\n"
	". " EVALUATE_TEXT "\n"
	"subhost_print >&4\n";
