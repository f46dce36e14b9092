/* System V IPC and message queues. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <unistd.h>

#include "trial.h"

/*
 * Queues and semaphores outlive their users. A process outside of this one's group, so that it is not killed with it,
 * removes them: the pipe ends when the actor and its helpers have ended.
 */
static void remove_at_the_end(int queue, int semaphores) {
  static int ends[2];
  must(pipe2(ends, O_CLOEXEC), "pipe2");
  if (fork_stranger()) {
    char byte;
    setsid();
    for (int i = 0; i < 64; i++)
      if (i != ends[0]) close(i);
    if (read(ends[0], &byte, 1) < 0) _exit(1);
    if (queue >= 0) msgctl(queue, IPC_RMID, NULL);
    if (semaphores >= 0) semctl(semaphores, 0, IPC_RMID);
    _exit(0);
  }
  close(ends[0]);
}

struct message {
  long type;
  char text[16];
};

static int queue(void) {
  static int made = -1;
  if (made >= 0) return made;
  made = must(msgget(IPC_PRIVATE, 0600), "msgget");
  remove_at_the_end(made, -1);
  return made;
}

static void send_message(struct trial *t, void *argument) {
  struct message message = {.type = 47, .text = WORD};
  (void)t;
  (void)argument;
  must(msgsnd(queue(), &message, WORD_SIZE, 0), "msgsnd");
}

static void call_msgrcv(struct trial *t) {
  struct message message = {0};
  int from = queue();
  help(t, NULL, send_message, NULL);
  BLOCK(t, msgrcv(from, &message, sizeof message.text, 0, 0));
  expect_return(t, WORD_SIZE, 0);
  expect(t, "the type", message.type, 47);
  expect_bytes(t, "the message", message.text, WORD, WORD_SIZE);
}

static int semaphores(void) {
  static int made = -1;
  if (made >= 0) return made;
  made = must(semget(IPC_PRIVATE, 1, 0600), "semget");
  remove_at_the_end(-1, made);
  return made;
}

static void increase(struct trial *t, void *argument) {
  struct sembuf up = {.sem_op = 1};
  (void)t;
  (void)argument;
  must(semop(semaphores(), &up, 1), "semop");
}

static void call_semop(struct trial *t) {
  struct sembuf down = {.sem_op = -1};
  int set = semaphores();
  help(t, NULL, increase, NULL);
  BLOCK(t, semop(set, &down, 1));
  expect_return(t, 0, 0);
  expect(t, "the semaphore", semctl(set, 0, GETVAL), 0);
}

static void semtimedop_timeout(struct trial *t) {
  struct sembuf down = {.sem_op = -1};
  int set = semaphores();
  BLOCK(t, semtimedop(set, &down, 1, RELATIVE(t->duration)));
  expect_return(t, -1, EAGAIN);
}

static mqd_t message_queue(struct trial *t) {
  char name[64];
  struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 64};
  snprintf(name, sizeof name, "/sexton-actor-%d", t->pid);
  mqd_t made = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
  if (made == (mqd_t)-1) unavailable("mq_open");
  mq_unlink(name);
  return own(t, made, "mq_open");
}

static void send_to_queue(struct trial *t, void *descriptor) {
  (void)t;
  must(mq_send(*(mqd_t *)descriptor, WORD, WORD_SIZE, 3), "mq_send");
}

static void call_mq_receive(struct trial *t) {
  char message[64] = "";
  unsigned priority = 0;
  mqd_t from = message_queue(t);
  help(t, NULL, send_to_queue, &from);
  BLOCK(t, mq_receive(from, message, sizeof message, &priority));
  expect_return(t, WORD_SIZE, 0);
  expect(t, "the priority", priority, 3);
  expect_bytes(t, "the message", message, WORD, WORD_SIZE);
}

static void mq_timedreceive_timeout(struct trial *t) {
  char message[64];
  mqd_t from = message_queue(t);
  BLOCK(t, mq_timedreceive(from, message, sizeof message, NULL, realtime(t->deadline)));
  expect_return(t, -1, ETIMEDOUT);
}

const struct call ipc_calls[] = {
    {"msgrcv", call_msgrcv},
    {"semop", call_semop},
    {"semtimedop-timeout", semtimedop_timeout},
    {"mq_receive", call_mq_receive},
    {"mq_timedreceive-timeout", mq_timedreceive_timeout},
    {0},
};
