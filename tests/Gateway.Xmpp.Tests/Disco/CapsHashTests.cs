using System.Xml.Linq;
using Gateway.Xmpp.Disco;

namespace Gateway.Xmpp.Tests.Disco;

public sealed class CapsHashTests
{
    [Fact] // XEP-0115 section 5.2
    public void Simple_example_of_the_specification_has_its_hash() => Assert.Equal(
        "QgayPKawpkPSDYmwT/WM94uAlu0=",
        CapsHash.Compute(XElement.Parse("""
            <query xmlns='http://jabber.org/protocol/disco#info'>
              <identity category='client' name='Exodus 0.9.1' type='pc'/>
              <feature var='http://jabber.org/protocol/disco#info'/>
              <feature var='http://jabber.org/protocol/muc'/>
              <feature var='http://jabber.org/protocol/caps'/>
              <feature var='http://jabber.org/protocol/disco#items'/>
            </query>
            """)));

    [Fact] // XEP-0115 section 5.3
    public void Complex_example_of_the_specification_has_its_hash() => Assert.Equal(
        "q07IKJEyjvHSyhy//CH0CxmKi8w=",
        CapsHash.Compute(XElement.Parse("""
            <query xmlns='http://jabber.org/protocol/disco#info' node='http://psi-im.org#q07IKJEyjvHSyhy//CH0CxmKi8w='>
              <identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
              <identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>
              <feature var='http://jabber.org/protocol/caps'/>
              <feature var='http://jabber.org/protocol/disco#info'/>
              <feature var='http://jabber.org/protocol/disco#items'/>
              <feature var='http://jabber.org/protocol/muc'/>
              <x xmlns='jabber:x:data' type='result'>
                <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
                <field var='ip_version' type='text-multi'><value>ipv4</value><value>ipv6</value></field>
                <field var='os'><value>Mac</value></field>
                <field var='os_version'><value>10.5.1</value></field>
                <field var='software'><value>Psi</value></field>
                <field var='software_version'><value>0.11</value></field>
              </x>
            </query>
            """)));
}
