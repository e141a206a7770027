using System.Xml.Linq;
using Gateway.Xmpp.Component;

namespace Gateway.Xmpp.Tests.Component;

public sealed class OutgoingQueueTests
{
    private readonly Clock _time = new();
    private readonly OutgoingQueue _queue;
    private int _expired;

    public OutgoingQueueTests() => _queue = new OutgoingQueue(
        new XmppComponentOptions
        {
            Domain = "sip.example.org", Secret = "x", MaxQueuedStanzas = 3, MaxQueueAge = TimeSpan.FromMinutes(1),
        },
        _time, count => _expired += count);

    [Fact]
    public void What_is_too_old_makes_room_when_there_is_none()
    {
        Assert.True(Add("old") & Add("older") & Add("oldest"));
        Assert.False(Add("more"));
        _time.Now += TimeSpan.FromMinutes(2);

        Assert.True(Add("new"));

        Assert.Equal(["new"], Left());
        Assert.Equal(3, _expired);
    }

    [Fact] // nothing is lost silently: the stream has come back, and its writing loop is quicker than who makes room
    public void What_is_not_too_old_is_not_thrown_away_with_what_was_looked_at()
    {
        Add("old");
        _time.Now += TimeSpan.FromMinutes(2);
        Add("first");
        Add("second");
        var written = new List<string>();
        _time.Asked = asked =>
        {
            if (asked == 2 && _queue.TryTake(out var entry)) // the third's own time, and then that of the oldest
            {
                written.Add(entry.Stanza.Name.LocalName);
            }
        };

        Assert.True(Add("third"));

        _time.Asked = null;
        Assert.Equal(["first", "second", "third"], written.Concat(Left()));
        Assert.Equal(1, _expired);
    }

    private bool Add(string name) => _queue.TryAdd(new XElement(name));

    private List<string> Left()
    {
        var left = new List<string>();
        while (_queue.TryTake(out var entry))
        {
            left.Add(entry.Stanza.Name.LocalName);
        }

        return left;
    }

    private sealed class Clock : TimeProvider
    {
        private Action<int>? _asked;
        private int _count;

        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        /// <summary>Called when the time is asked for, with how often that has been so; not for what it asks itself.</summary>
        public Action<int>? Asked
        {
            get => _asked;
            set => (_asked, _count) = (value, 0);
        }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            var now = Now.Ticks;
            if (_asked is { } asked)
            {
                _asked = null;
                asked(++_count);
                _asked = asked;
            }

            return now;
        }
    }
}
