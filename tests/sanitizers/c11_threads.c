// C11's threads made of pthreads, for builds with ThreadSanitizer. It knows pthreads only: within a
// thread that glibc's thrd_create() made it ends the program, and librdkafka makes its threads so.
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

static int outcome(int code) {
  switch (code) {
    case 0:
      return thrd_success;
    case EBUSY:
      return thrd_busy;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    default:
      return thrd_error;
  }
}

struct start {
  thrd_start_t function;
  void* argument;
};

static void* run(void* pointer) {
  const struct start start = *(struct start*)pointer;
  free(pointer);
  return (void*)(intptr_t)start.function(start.argument);
}

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  struct start* start = malloc(sizeof *start);
  if (start == NULL) return thrd_nomem;
  *start = (struct start){function, argument};
  const int code = pthread_create(thread, NULL, run, start);
  if (code != 0) free(start);
  return outcome(code);
}

int thrd_join(thrd_t thread, int* result) {
  void* returned = NULL;
  const int code = pthread_join(thread, &returned);
  if (code == 0 && result != NULL) *result = (int)(intptr_t)returned;
  return outcome(code);
}

int thrd_detach(thrd_t thread) {
  return outcome(pthread_detach(thread));
}

// glibc lays out these types as what it makes of them, too.
void call_once(once_flag* flag, void (*function)(void)) {
  pthread_once((pthread_once_t*)flag, function);
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if (type & mtx_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  const int code = pthread_mutex_init((pthread_mutex_t*)mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return outcome(code);
}

int mtx_lock(mtx_t* mutex) {
  return outcome(pthread_mutex_lock((pthread_mutex_t*)mutex));
}
int mtx_trylock(mtx_t* mutex) {
  return outcome(pthread_mutex_trylock((pthread_mutex_t*)mutex));
}
int mtx_unlock(mtx_t* mutex) {
  return outcome(pthread_mutex_unlock((pthread_mutex_t*)mutex));
}
void mtx_destroy(mtx_t* mutex) {
  pthread_mutex_destroy((pthread_mutex_t*)mutex);
}

int cnd_init(cnd_t* condition) {
  return outcome(pthread_cond_init((pthread_cond_t*)condition, NULL));
}
int cnd_signal(cnd_t* condition) {
  return outcome(pthread_cond_signal((pthread_cond_t*)condition));
}
int cnd_broadcast(cnd_t* condition) {
  return outcome(pthread_cond_broadcast((pthread_cond_t*)condition));
}
int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return outcome(pthread_cond_wait((pthread_cond_t*)condition, (pthread_mutex_t*)mutex));
}
int cnd_timedwait(cnd_t* restrict condition, mtx_t* restrict mutex,
                  const struct timespec* restrict until) {
  return outcome(
      pthread_cond_timedwait((pthread_cond_t*)condition, (pthread_mutex_t*)mutex, until));
}
void cnd_destroy(cnd_t* condition) {
  pthread_cond_destroy((pthread_cond_t*)condition);
}
