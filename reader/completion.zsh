#compdef mmx
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of mmx for zsh. mmx itself is asked for commands, options and operands.

_mmx_ask() { # FORM [COMMAND]
	"${(Q)words[1]/#\~/$HOME}" help "$@" 2>/dev/null
}

_mmx() {
	local -i i command=0
	local name typed=$words[CURRENT]

	# The options that a file or a number stands behind, and the word that is the command.
	for ((i = 2; i < CURRENT; i++)); do
		case $words[i] in
		(-c | -i | -j | --backend | --vmlinux | --system-map | --columns) ((i++)) ;;
		(-*) ;;
		(*)
			command=i
			break
			;;
		esac
	done
	name=$words[command]
	if ((!command)); then
		case $words[CURRENT-1] in
		(-c | -i | --vmlinux | --system-map) _files ;;
		(-j | --columns) ;;
		(--backend) compadd -- own kdumpfile ;;
		(*)
			if [[ $typed = -* ]]; then
				compadd -- ${(f)"$(_mmx_ask --options)"}
			else
				compadd -- help ${(f)"$(_mmx_ask --names)"}
			fi
			;;
		esac
	elif [[ $name = help ]]; then
		((CURRENT == command + 1)) && compadd -- ${(f)"$(_mmx_ask --names)"}
	elif [[ $typed = -* ]]; then
		compadd -- ${(f)"$(_mmx_ask --options $name)"}
	else
		compadd -- ${(f)"$(_mmx_ask --operands $name)"}
	fi
	return 0
}

_mmx "$@"
