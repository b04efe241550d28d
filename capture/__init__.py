"""From the room to sealed segments on disk.

::

    Microphone --AudioBlock--+--> FragmentedMp4 --Fragment--> LessonSealer --ciphertext--> Disk
    Camera --CodedPicture----+    (H.264 + AAC,               (lesson.footage)             (fsynced, never
                                   wholly in memory)                                        half a file)

errors.py                what can go wrong here
pace.py                  full speed, or the speed of the room
microphone.py            the seam, and what a block of sound promises
portaudio_microphone.py  a device of this computer as a microphone, lost and found again
hearing_process.py       starts, reads and kills the small process behind it
portaudio.py             that process
hearing.py               what it says
microphone_names.py      which device is meant, by name or USB id
stitcher.py              sound with holes to blocks without
timeline.py              how much is missing where the count was broken
signal_watch.py          a microphone that hears nothing at all
rate_changer.py          any rate to ours
secrecy.py               what a process knows stays in it
media_file.py            reads a media file and survives its damage
file_microphone.py       any audio or video file as a microphone
drawn_microphone.py      a lesson drawn with characters as a microphone
camera.py                the seam, and what a picture promises
coder.py                 pictures as they are to H.264
chart_camera.py          a moving test chart with the time in it
picamera_camera.py       a Raspberry Pi's camera, lost and found again
seeing_process.py        starts, reads and kills the small process behind it
picamera.py              that process
seeing.py                what it says, and is asked
masks.py                 areas that are never filmed
stills.py                a still that proves it
card_reader.py           key cards that a picture shows
strokes.py               letters for the chart, without a font
time_code.py             the time in a picture, for tests
file_camera.py           the pictures of a video file
fragments.py             coded pictures and sound to fragmented MP4
codecs.py                how pictures are encoded, and what a player is told
boxes.py                 bytes to whole MP4 boxes
moof.py                  from when to when a segment plays
files.py, disk.py        writing that survives a power cut
forgetful.py             a disk that forgets what was not fsynced
recorder.py              puts encoder, sealer and disk together
interrupted.py           closes a lesson that a power cut ended

No module here has a clock or a thread, whoever owns the loop passes a `Pace`; but a real microphone and a real camera
have a clock, and a process of their own.
"""
