/* SPDX-License-Identifier: MIT */
/*
 * Whose turn is it? Each turn is one small piece of one guest's work: a look, a
 * request, a page of a listing; then the others have theirs, and the loop its
 * events. So none waits for another's work, however much that has.
 */
#pragma once

struct daemon;
struct guest;

/* The loop's handles. */
void turn_begin(struct daemon *d);

/* g has work. */
void turn_wake(struct daemon *d, struct guest *g);

/* Everybody's casts are to be looked at. */
void turn_tend_all(struct daemon *d);

/* g's, now or a second after the last time: a guest has caused it. */
void turn_tend_soon(struct daemon *d, struct guest *g);
