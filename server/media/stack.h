/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lock-free hand-over of nodes between threads: any number push, one exchange takes all. Nodes are
 * the first member of what they carry. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CsStackNode CsStackNode;
struct _CsStackNode {
  CsStackNode *next;
};

typedef struct {
  CsStackNode *top; /* atomic */
} CsStack;

/* TRUE when it was empty: the taker may need to be woken. */
static inline gboolean
cs_stack_push (CsStack *stack, CsStackNode *node)
{
  CsStackNode *top;

  do
    {
      top = g_atomic_pointer_get (&stack->top);
      node->next = top;
  } while (!g_atomic_pointer_compare_and_exchange (&stack->top, top, node));
  return top == NULL;
}

/* All nodes, oldest first, linked by `next`; NULL when there is none. In one order with all other atomic
 * operations, so that a taker who says before it that he rests is seen resting by who pushes after it. */
static inline CsStackNode *
cs_stack_take (CsStack *stack)
{
  CsStackNode *node = __atomic_exchange_n (&stack->top, NULL, __ATOMIC_SEQ_CST);
  CsStackNode *first = NULL;

  while (node != NULL)
    {
      CsStackNode *next = node->next;

      node->next = first;
      first = node;
      node = next;
    }
  return first;
}

G_END_DECLS
