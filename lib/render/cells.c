// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <string.h>

#include "render/cells.h"

#define RESET "\033[0m"

/* Of 256 colours: strong, and weak for a small letter. */
static const struct {
	char letter;
	uint8_t strong, weak;
} colours[] = {
	{' ', 0, 0},
	{'.', 236, 236},
	{'R', 244, 240},
	{'A', 40, 28},
	{'F', 33, 25},
	{'M', 44, 30},
	{'H', 201, 127},
	{'S', 214, 136},
	{'T', 226, 142},
	{'V', 208, 130},
	{'K', 173, 95},
	{'Z', 231, 250},
	{'D', 99, 61},
	{'O', 238, 235},
	{'B', 141, 97},
	{'U', 52, 52},
	{'N', 58, 58},
	{'X', 196, 196},
	{'!', 160, 160},
	/* Tenths. */
	{'1', 17, 17},
	{'2', 18, 18},
	{'3', 19, 19},
	{'4', 20, 20},
	{'5', 21, 21},
	{'6', 27, 27},
	{'7', 33, 33},
	{'8', 39, 39},
	{'9', 45, 45},
	{'#', 51, 51},
};

static unsigned int colour_of(char letter)
{
	for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++) {
		if (colours[i].letter == toupper((unsigned char)letter))
			return islower((unsigned char)letter) ? colours[i].weak : colours[i].strong;
	}
	return 0;
}

/* The upper half in the colour of letters, the lower one in that of the ground. */
static void put_halves(struct mmx_out *o, const char *letters, size_t width)
{
	int upper = -1, lower = -1;

	for (size_t i = 0; i < width; i++) {
		int u = (int)colour_of(letters[i]), l = (int)colour_of(letters[width + i]);

		if (u != upper || l != lower)
			mmx_out_putf(o, "\033[38;5;%d;48;5;%dm", u, l);
		upper = u;
		lower = l;
		mmx_out_put(o, "\u2580");
	}
	mmx_out_put(o, RESET);
}

static void put_letters(struct mmx_out *o, const char *letters)
{
	int before = -1;

	for (; *letters; letters++) {
		int colour = (int)colour_of(*letters);

		if (colour != before)
			mmx_out_putf(o, "\033[38;5;%d;48;5;%dm", colour > 231 ? 255 : 16, colour);
		before = colour;
		mmx_out_raw(o, letters, 1);
	}
	mmx_out_put(o, RESET);
}

void mmx_put_cells(struct mmx_out *o, const char *letters, bool halves)
{
	if (halves)
		put_halves(o, letters, strlen(letters) / 2);
	else
		put_letters(o, letters);
}
