using System.Text;
using Gateway.Media.Ice;
using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Tests.Ice;

/// <summary>A peer that does exactly what a test says: requests as written, and answers when it likes.</summary>
internal sealed class ScriptedPeer
{
    private readonly SimulatedNetwork _network;
    private readonly SimulatedAgent _agent;
    private readonly byte[] _id = new byte[StunFormat.TransactionIdLength];

    public ScriptedPeer(SimulatedNetwork network, SimulatedAgent agent, params string[] addresses)
    {
        (_network, _agent) = (network, agent);
        foreach (var text in addresses)
        {
            var address = SimulatedNetwork.Address(text);
            network.Listen(address, (from, datagram) => Receive(address, from, datagram));
        }
    }

    public delegate void Write(ref StunWriter writer);

    public string Ufrag { get; set; } = "peer";

    public string Pwd { get; set; } = "the password of the peer";

    /// <summary>Whether checks of the agent's are answered.</summary>
    public bool Answers { get; set; } = true;

    /// <summary>Code of an error answered instead of a success, 0 for none.</summary>
    public int AnswersWith { get; set; }

    /// <summary>The peer's responses come from here instead of where the request went.</summary>
    public PeerAddress? AnswersFrom { get; set; }

    public List<(PeerAddress At, byte[] Datagram)> Requests { get; } = [];

    public List<(PeerAddress At, byte[] Datagram)> Responses { get; } = [];

    /// <summary>The last response's class and error code.</summary>
    public (StunClass Class, int Code) LastResponse
    {
        get
        {
            Assert.True(StunMessage.TryRead(Responses[^1].Datagram, out var message));
            return (message.Class, message.ErrorCode);
        }
    }

    public void Describe() => _agent.Agent.SetRemote(Ufrag, Pwd, _network.Now);

    public void Signal(string address, uint priority) => _agent.Agent.AddRemoteCandidate(new IceCandidate(
        $"{priority}", 1, "udp", priority, SimulatedNetwork.Address(address).ToAddress().ToString(),
        SimulatedNetwork.Address(address).Port, IceCandidateType.Host));

    /// <summary>A check as full agents send it.</summary>
    public void Check(string from, IceRole role = IceRole.Controlling, bool nominates = false, ulong tieBreaker = 1, uint nomination = 0) =>
        Request(from, $"{_agent.Agent.LocalUfrag}:{Ufrag}", _agent.Agent.LocalPwd, (ref StunWriter writer) =>
        {
            writer.Number(StunAttribute.Priority, 1_000_000u);
            writer.Number(role == IceRole.Controlling ? StunAttribute.IceControlling : StunAttribute.IceControlled, tieBreaker);
            if (nominates)
            {
                writer.Flag(StunAttribute.UseCandidate);
            }

            if (nomination > 0)
            {
                writer.Number(StunAttribute.Nomination, nomination);
            }
        });

    /// <summary>Any request; without a password it is not signed.</summary>
    public void Request(string from, string username, string? pwd, Write? write = null)
    {
        _id[0]++;
        var writer = new StunWriter(new byte[StunFormat.MaxLength], StunClass.Request, StunFormat.Binding, _id);
        writer.Octets(StunAttribute.Username, Encoding.UTF8.GetBytes(username));
        write?.Invoke(ref writer);
        var datagram = pwd is null ? writer.Unsigned() : writer.Signed(Encoding.UTF8.GetBytes(pwd));
        _network.Send(SimulatedNetwork.Address(from), _agent.BaseAddress(), datagram.ToArray());
    }

    private void Receive(PeerAddress at, PeerAddress from, byte[] datagram)
    {
        Assert.True(StunMessage.TryRead(datagram, out var message));
        if (message.Class != StunClass.Request)
        {
            Responses.Add((at, datagram));
            return;
        }

        Requests.Add((at, datagram));
        if (!Answers)
        {
            return;
        }

        var writer = new StunWriter(
            new byte[StunFormat.MaxLength], AnswersWith == 0 ? StunClass.Success : StunClass.Error, StunFormat.Binding,
            message.TransactionId);
        if (AnswersWith == 0)
        {
            writer.XorMappedAddress(from);
        }
        else
        {
            writer.ErrorCode(AnswersWith, "No"u8);
        }

        _network.Send(AnswersFrom ?? at, from, writer.Signed(Encoding.UTF8.GetBytes(Pwd)).ToArray());
    }
}
