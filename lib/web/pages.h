/*
 * pages: what a process keeps in memory of its program and its libraries.
 */
#ifndef CALLMEM_WEB_PAGES_H
#define CALLMEM_WEB_PAGES_H

/* Lets go of the code and constants of the program and its libraries: call it when the start is over. What is
 * used again comes back by itself, out of the kernel's cache. Most of it is not: linking and the libraries'
 * own setting up touch far more than serving does. */
void pages_release(void);

#endif
