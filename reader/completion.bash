# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of mmx for bash. mmx itself is asked for commands, options and operands.

_mmx_words() { # WORDS...: those that begin with what is typed
	mapfile -t COMPREPLY < <(compgen -W "$*" -- "$typed")
}

_mmx_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$typed")
}

# The options that a file or a number stands behind, and the word that is the command.
_mmx_command() { # sets command to its place, 0 when it is not typed yet
	local i
	command=0
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | -i | -j | --backend | --vmlinux | --system-map | --columns) ((i++)) ;;
		-*) ;;
		*)
			command=$i
			return
			;;
		esac
	done
}

_mmx() {
	local mmx=${1/#\~/$HOME} typed=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command name
	COMPREPLY=()
	_mmx_command
	name=${COMP_WORDS[command]}
	if ((!command)); then
		case $before in
		-c | -i | --vmlinux | --system-map) _mmx_files ;;
		-j | --columns) ;;
		--backend) _mmx_words own kdumpfile ;;
		*)
			if [[ $typed = -* ]]; then
				_mmx_words "$("$mmx" help --options 2>/dev/null)"
			else
				_mmx_words help "$("$mmx" help --names 2>/dev/null)"
			fi
			;;
		esac
	elif [[ $name = help ]]; then
		((COMP_CWORD == command + 1)) && _mmx_words "$("$mmx" help --names 2>/dev/null)"
	elif [[ $typed = -* ]]; then
		_mmx_words "$("$mmx" help --options "$name" 2>/dev/null)"
	else
		_mmx_words "$("$mmx" help --operands "$name" 2>/dev/null)"
	fi
	return 0
}

complete -F _mmx mmx
