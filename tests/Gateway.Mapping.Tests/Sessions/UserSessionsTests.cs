using System.Collections.Immutable;
using Gateway.Mapping.Sessions;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Tests.Sessions;

public sealed class UserSessionsTests
{
    private static readonly Jid Juliet = Jid.Parse("juliet@example.org");

    private readonly UserSessions<string> _sessions = new();

    [Fact]
    public void Sessions_of_a_user_are_found_in_their_order()
    {
        _sessions.Add(Juliet, "one");
        _sessions.Add(Juliet, "two");
        _sessions.Add(Jid.Parse("nurse@example.org"), "three");
        _sessions.Add(Juliet, "four");
        _sessions.Remove(Juliet, "two");

        Assert.Equal<string>(["one", "four"], _sessions.Of(Juliet));
    }

    [Fact] // a trunk can call any number of names, and each is a user until proved otherwise
    public void Of_users_without_a_session_nothing_is_kept()
    {
        for (var i = 0; i < 100; i++)
        {
            var user = Jid.Parse($"nobody{i}@example.org");
            _sessions.Add(user, "one");
            _sessions.Add(user, "two");
            _sessions.Remove(user, "one");
            _sessions.Remove(user, "two");
            _sessions.Remove(user, "two");
        }

        Assert.Equal(0, _sessions.Count);
        Assert.Empty(_sessions.Of(Jid.Parse("nobody1@example.org")));
    }

    [Fact]
    public async Task What_many_threads_enter_and_take_out_is_all_there_and_all_gone()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                var session = $"{thread}-{i}";
                _sessions.Add(Juliet, session);
                Assert.Contains(session, _sessions.Of(Juliet).AsEnumerable());
                _sessions.Remove(Juliet, session);
            }
        })));

        Assert.Equal(0, _sessions.Count);
    }
}
